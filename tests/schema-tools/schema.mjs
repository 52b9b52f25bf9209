import { readFileSync } from "node:fs";
import { Kind, parse } from "graphql";

/**
 * The exported schema in the words of GraphQL alone: `extend schema @link(…)` is blanked out, so that every line keeps
 * its number; `complete` has the directives that it imports.
 */
export function plain(text) {
  const linked = parse(text).definitions.filter(({ kind }) => kind === Kind.SCHEMA_EXTENSION);
  const blank = (all, { loc }) =>
    all.slice(0, loc.start) + all.slice(loc.start, loc.end).replace(/[^\n]/g, " ") + all.slice(loc.end);
  const lines = linked.reduce(blank, text);
  const known = new Set(parse(lines, { noLocation: true }).definitions.filter(isDirective).map(nameOf));
  const imported = readFileSync(new URL("federation.graphql", import.meta.url), "utf8").split("\n");
  const missing = imported.filter((line) => !known.has(/^directive @(\w+)/.exec(line)?.[1]));
  return { text: lines, complete: `${lines}\n${missing.join("\n")}` };
}

const isDirective = ({ kind }) => kind === Kind.DIRECTIVE_DEFINITION;
const nameOf = ({ name }) => name.value;
