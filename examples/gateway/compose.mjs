// Makes one supergraph out of subgraphs. In earnest this runs where you release, from files, before a gateway gets it:
//
//   node compose.mjs customers=../../schema.graphql orders=orders.graphql > supergraph.graphql
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { composeServices, compositionHasErrors } from '@theguild/federation-composition';
import { parse } from 'graphql';

/** Composes subgraphs, each `{ name, url, sdl }`, or throws what is wrong with them. */
export function compose(subgraphs) {
  const composed = composeServices(subgraphs.map(({ name, url, sdl }) => ({ name, url, typeDefs: parse(sdl) })));
  if (compositionHasErrors(composed)) {
    throw new Error(`The subgraphs do not compose:\n${composed.errors.map((error) => `- ${error.message}`).join('\n')}`);
  }
  return composed.supergraphSdl;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const subgraphs = process.argv.slice(2).map((argument) => {
    const [name, file] = argument.split('=');
    return { name, url: `http://${name}/graphql`, sdl: readFileSync(file, 'utf8') };
  });
  process.stdout.write(compose(subgraphs));
}
