// Makes web/dist: what the service embeds. Every file is compressed and has the hash of its content in its name;
// manifest.txt says which is which.

import { build } from "esbuild";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const here = path.dirname(fileURLToPath(import.meta.url));
const output = path.join(here, "dist");

const TYPES = {
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".ttf": "font/ttf",
};

const common = {
  absWorkingDir: here,
  bundle: true,
  minify: true,
  write: false,
  outdir: "dist",
  target: "es2022",
  legalComments: "none",
  logLevel: "warning",
  define: { "process.env.NODE_ENV": '"production"' },
};

// The editor's parts import their own styles; main.css has all of them once.
const stylesOnce = {
  name: "styles-once",
  setup(build) {
    build.onLoad({ filter: /monaco-editor[\\/]esm[\\/].*\.css$/ }, () => ({ contents: "", loader: "css" }));
  },
};

const workers = await build({
  ...common,
  format: "iife",
  entryPoints: {
    "graphql.worker": "monaco-graphql/esm/graphql.worker.js",
    "json.worker": "monaco-editor/esm/vs/language/json/json.worker.js",
    "editor.worker": "monaco-editor/esm/vs/editor/editor.worker.js",
  },
  entryNames: "[name]-[hash]",
});

const named = (files, start, ending) =>
  files.map((file) => path.basename(file.path)).find((name) => name.startsWith(start) && name.endsWith(ending));
const worker = (label) => named(workers.outputFiles, `${label}.worker-`, ".js");

const page = await build({
  ...common,
  format: "esm",
  splitting: true,
  jsx: "automatic",
  entryPoints: { main: "src/main.tsx" },
  entryNames: "[name]-[hash]",
  chunkNames: "part-[hash]",
  assetNames: "[name]-[hash]",
  loader: { ".ttf": "file" },
  plugins: [stylesOnce],
  define: {
    ...common.define,
    WORKERS: JSON.stringify(Object.fromEntries(["graphql", "json", "editor"].map((label) => [label, worker(label)]))),
  },
});

await mkdir(output, { recursive: true });
for (const name of await readdir(output)) {
  // Git keeps the folder by this file, so that the build of the service can always watch the folder.
  if (name !== ".gitignore") await rm(path.join(output, name), { recursive: true });
}
const files = [];
let compressedBytes = 0;
for (const file of [...workers.outputFiles, ...page.outputFiles]) {
  const name = path.basename(file.path);
  const type = TYPES[path.extname(name)];
  if (!type) throw new Error(`no media type is known for ${name}`);
  // Empty styles of parts, see above.
  if (file.contents.length === 0) continue;
  const compressed = gzipSync(file.contents, { level: 9 });
  compressedBytes += compressed.length;
  await writeFile(path.join(output, `${name}.gz`), compressed);
  files.push({ name, type });
}
files.sort((one, other) => (one.name < other.name ? -1 : 1));
const main = named(page.outputFiles, "main-", ".js");
const style = named(page.outputFiles, "main-", ".css");
if (!main || !style) throw new Error("the page has no script or no style");
const kind = (name) => (name === main ? "main" : name === style ? "style" : "file");
await writeFile(path.join(output, "manifest.txt"), files.map(({ name, type }) => `${kind(name)} ${name} ${type}\n`).join(""));

// Nothing may come from elsewhere: no address of another host stands where a browser would load from.
const elsewhere = /\bsrc\s*[=:]\s*["'`]https?:|@import\s*(?:url\()?["']?https?:|url\(\s*["']?https?:|importScripts\(\s*["'`]https?:|\bimport\(\s*["'`]https?:/;
for (const file of [...workers.outputFiles, ...page.outputFiles]) {
  const found = elsewhere.exec(file.text);
  if (found) {
    throw new Error(`${path.basename(file.path)} loads from elsewhere: ${file.text.slice(Math.max(0, found.index - 60), found.index + 120)}`);
  }
}
const raw = [...workers.outputFiles, ...page.outputFiles].reduce((sum, file) => sum + file.contents.length, 0);
console.log(`web/dist: ${files.length} files, ${(raw / 1e6).toFixed(1)} MB, compressed ${(compressedBytes / 1e6).toFixed(1)} MB`);
