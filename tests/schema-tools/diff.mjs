// Tells what changed between two versions of the schema: node diff.mjs <old.graphql> <new.graphql>
// Ends with 3 when a client that was right before may not be any more.
import { readFileSync } from "node:fs";
import { CriticalityLevel, diff } from "@graphql-inspector/core";
import { buildSchema } from "graphql";
import { plain } from "./schema.mjs";

const [before, after] = process.argv.slice(2);
if (!before || !after) {
  console.error("usage: diff.mjs <old.graphql> <new.graphql>");
  process.exit(2);
}
// How many changes of a kind are listed.
const SHOWN = 40;

const read = (file) => buildSchema(plain(readFileSync(file, "utf8")).complete);
const changes = await diff(read(before), read(after));
const of = (wanted) => changes.filter(({ criticality }) => criticality.level === wanted);
const breaking = of(CriticalityLevel.Breaking);
const dangerous = of(CriticalityLevel.Dangerous);
for (const [kind, found] of [
  ["breaking", breaking],
  ["dangerous", dangerous],
]) {
  found.slice(0, SHOWN).forEach(({ message }) => console.log(`${kind}: ${message}`));
  if (found.length > SHOWN) console.log(`${kind}: and ${found.length - SHOWN} more`);
}
const others = changes.length - breaking.length - dangerous.length;
console.log(`${breaking.length} breaking, ${dangerous.length} dangerous, ${others} other changes of the schema.`);
process.exit(breaking.length > 0 ? 3 : 0);
