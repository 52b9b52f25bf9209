// The gateway: asks both services for their schemas, composes them, and answers for both.
import { createServer } from 'node:http';
import { createGatewayRuntime } from '@graphql-hive/gateway-runtime';
import { compose } from './compose.mjs';
import { listen } from './http.mjs';

/** What a service needs to know of the client: who asks, in which channel, under which name in the logs. */
const FORWARDED = ['authorization', 'x-publishable-api-key', 'x-request-id'];

/** Starts the gateway; answers with its address. `secret` is what the customer graph knows gateways by. */
export async function startGateway({ customers, orders, secret, port }) {
  const credential = secret ? { 'gateway-authorization': `Bearer ${secret}` } : {};
  const supergraph = compose([
    { name: 'customers', url: customers, sdl: await sdlOf(customers, credential) },
    { name: 'orders', url: orders, sdl: await sdlOf(orders, {}) },
  ]);
  const gateway = createGatewayRuntime({
    supergraph,
    logging: false,
    graphiql: false,
    landingPage: false,
    propagateHeaders: {
      fromClientToSubgraphs: ({ request, subgraphName }) => ({
        ...Object.fromEntries(FORWARDED.flatMap((name) => {
          const value = request.headers.get(name);
          return value === null ? [] : [[name, value]];
        })),
        // The secret is between the gateway and the customer graph; nobody else gets it.
        ...(subgraphName === 'customers' ? credential : {}),
      }),
    },
  });
  return listen(createServer(gateway), port);
}

async function sdlOf(url, headers) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
    body: JSON.stringify({ query: '{ _service { sdl } }' }),
  });
  const { data, errors } = await response.json();
  if (!data?._service?.sdl) throw new Error(`${url} does not give its schema: ${errors?.[0]?.message ?? 'no reason given'}`);
  return data._service.sdl;
}
