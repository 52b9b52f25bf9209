// Composes subgraphs with the three composers that gateways stand on, and compares what clients would see:
//
//   node check.mjs customers=../../schema.graphql orders=../../examples/gateway/orders.graphql
//
// Ends with 0 when all compose and agree.
import { readFileSync } from 'node:fs';
import { composeServices as byApollo } from '@apollo/composition';
import { composeServices as byTheGuild, compositionHasErrors } from '@theguild/federation-composition';
import { federateSubgraphs, ROUTER_COMPATIBILITY_VERSION_ONE } from '@wundergraph/composition';
import { buildASTSchema, getNamedType, isEnumType, isInputObjectType, isUnionType, parse } from 'graphql';

const subgraphs = process.argv.slice(2).map((argument) => {
  const [name, file] = argument.split('=');
  return { name, url: `http://${name}/graphql`, typeDefs: parse(readFileSync(file, 'utf8')) };
});

const messages = (errors) => (errors ?? []).map((error) => error.message);

const composers = {
  apollo() {
    const { errors, schema } = byApollo(subgraphs);
    return { errors: messages(errors), schema: schema?.toAPISchema().toGraphQLJSSchema() };
  },
  theGuild() {
    const composed = byTheGuild(subgraphs);
    if (compositionHasErrors(composed)) return { errors: messages(composed.errors) };
    return { errors: [], schema: buildASTSchema(parse(composed.publicSdl), { assumeValidSDL: true }) };
  },
  wunderGraph() {
    const composed = federateSubgraphs({
      subgraphs: subgraphs.map(({ name, url, typeDefs }) => ({ name, url, definitions: typeDefs })),
      version: ROUTER_COMPATIBILITY_VERSION_ONE,
    });
    return composed.success
      ? { errors: [], schema: composed.federatedGraphClientSchema }
      : { errors: messages(composed.errors) };
  },
};

/** Everything that a client can name, one thing a line. Directives are left out: not every composer keeps all. */
function facts(schema) {
  const all = new Set();
  for (const type of Object.values(schema.getTypeMap())) {
    // What belongs to federation itself, some leave in.
    if (/^(__|(federation|link)__)/.test(type.name)) continue;
    if (isUnionType(type)) all.add(`${type} = ${type.getTypes().map(String).sort().join(' | ')}`);
    else if (isEnumType(type)) for (const value of type.getValues()) all.add(`${type}.${value.name}`);
    else if (isInputObjectType(type)) for (const field of Object.values(type.getFields())) all.add(`${type}.${input(field)}`);
    else if (type.getFields) {
      for (const one of type.getInterfaces()) all.add(`${type} implements ${one}`);
      for (const field of Object.values(type.getFields())) {
        all.add(`${type}.${field.name}(${field.args.map(input).sort().join(', ')}): ${field.type}`);
      }
    } else all.add(`scalar ${type}`);
  }
  return all;
}

const input = ({ name, type, defaultValue }) => `${name}: ${type} = ${JSON.stringify(defaultValue)}`;

let wrong = 0;
const complain = (text) => {
  wrong += 1;
  console.error(text);
};

const known = [];
for (const [composer, compose] of Object.entries(composers)) {
  const { errors, schema } = compose();
  for (const error of errors) complain(`${composer}: ${error}`);
  if (errors.length > 0) continue;
  known.push([composer, facts(schema)]);
  const query = schema.getQueryType().getFields();
  if (query._entities || query._service) complain(`${composer}: clients would see _entities or _service`);
  if (getNamedType(schema.getType('OrderLink')?.getFields().order.type)?.getFields().carrier === undefined) {
    complain(`${composer}: nothing leads from an order link to what the other service knows of the order`);
  }
}
const [[first, expected] = []] = known;
for (const [composer, given] of known.slice(1)) {
  for (const fact of expected) if (!given.has(fact)) complain(`${first} has, but ${composer} has not: ${fact}`);
  for (const fact of given) if (!expected.has(fact)) complain(`${composer} has, but ${first} has not: ${fact}`);
}
if (wrong === 0) console.log(`${known.length} composers agree on ${expected.size} facts`);
process.exit(wrong === 0 ? 0 : 1);
