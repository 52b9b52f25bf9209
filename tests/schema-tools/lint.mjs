// Holds the schema against the rules: node lint.mjs <schema.graphql>
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { ESLint } from "eslint";
import { parse } from "graphql";
import { configuration, EXCEPTIONS } from "./rules.mjs";
import { plain } from "./schema.mjs";

const [file] = process.argv.slice(2);
if (!file) {
  console.error("usage: lint.mjs <schema.graphql>");
  process.exit(2);
}
const schema = plain(readFileSync(file, "utf8"));
const cwd = fileURLToPath(new URL(".", import.meta.url));
const eslint = new ESLint({ cwd, overrideConfigFile: true, overrideConfig: configuration(schema.complete) });
const results = await eslint.lintText(schema.text, { filePath: "schema.graphql" });

const { definitions } = parse(schema.text);
const excepted = new Set();
const findings = results
  .flatMap(({ messages }) => messages)
  .filter(({ ruleId, line, message }) => {
    const place = placeOf(line);
    const isAbout = ({ rule, saying = "" }) => ruleId === `@graphql-eslint/${rule}` && message.includes(saying);
    const matching = EXCEPTIONS.filter(isAbout);
    const names = matching.flatMap(({ rule, at }) => at.filter((one) => fits(one, place)).map((one) => `${rule} ${one}`));
    names.forEach((name) => excepted.add(name));
    return names.length === 0;
  })
  .map(({ line, column, ruleId, message }) => {
    return `${file}:${line ?? 0}:${column ?? 0} ${message.replaceAll("\n", " ")} (${ruleId ?? "parser"})`;
  });
for (const { rule, at } of EXCEPTIONS) {
  for (const one of at.filter((place) => !excepted.has(`${rule} ${place}`))) {
    findings.push(`rules.mjs: nothing at ${one} breaks ${rule} any more; take the exception out.`);
  }
}
findings.forEach((finding) => console.log(finding));
console.log(findings.length === 0 ? "The schema keeps the rules." : `${findings.length} findings.`);
process.exit(findings.length === 0 ? 0 : 1);

/** The type and the field in a line. */
function placeOf(line) {
  const spans = ({ loc }) => loc.startToken.line <= line && line <= loc.endToken.line;
  const type = definitions.find(spans);
  const field = type?.fields?.find(spans);
  return { type: type?.name?.value, field: field?.name.value };
}

function fits(exception, { type, field }) {
  const [wantedType, wantedField] = exception.split(".");
  return (wantedType === "*" || wantedType === type) && (wantedField === undefined || wantedField === field);
}
