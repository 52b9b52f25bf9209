// A stub of the service that takes orders. It owns `Order`, knows customers by their ids alone, and adds a field to them.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { graphql, parse } from 'graphql';
import { bodyOf, listen } from './http.mjs';

const typeDefs = parse(readFileSync(new URL('orders.graphql', import.meta.url), 'utf8'));

/** Serves the orders of a file, a list of `{ id, customerId, carrier, parcels }`; answers with the address. */
export async function startOrders({ file, port }) {
  const orders = JSON.parse(readFileSync(file, 'utf8'));
  const schema = buildSubgraphSchema({
    typeDefs,
    resolvers: {
      Query: { ordersToPack: (_, { first }) => orders.slice(0, first) },
      Order: {
        __resolveReference: ({ id }) => orders.find((order) => order.id === id) ?? null,
        customer: ({ customerId }) => (customerId ? { id: customerId } : null),
      },
      Customer: {
        parcelsUnderWay: ({ id }) =>
          orders.filter((order) => order.customerId === id).reduce((sum, order) => sum + order.parcels, 0),
      },
    },
  });
  const server = createServer(async (request, response) => {
    const { query, variables, operationName } = JSON.parse(await bodyOf(request));
    const answer = await graphql({ schema, source: query, variableValues: variables, operationName });
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
  });
  return listen(server, port);
}
