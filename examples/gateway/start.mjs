#!/usr/bin/env node
// One command for all: the demo of the customer graph, a stub of the service that takes orders, and a gateway.
//
//   npm start                                        starts the demo on port 4000, too (compiles it where needed)
//   npm start -- --customers http://host/graphql     uses a customer graph that is there
//
// GATEWAY_SECRET is what that one knows gateways by (its CUSTOMER_GRAPH_GRAPHQL_GATEWAY_SECRET); the demo wants none.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startGateway } from './gateway.mjs';
import { startOrders } from './orders.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const { values: options } = parseArgs({
  options: {
    customers: { type: 'string' },
    'orders-file': { type: 'string', default: here('orders.json') },
    'orders-port': { type: 'string', default: '4401' },
    port: { type: 'string', default: '4400' },
  },
});

async function startDemo() {
  const demo = spawn('cargo', ['run', '--release', '--', 'demo', '--port', '4000'], { cwd: here('../..'), stdio: 'inherit' });
  const ended = Promise.race([once(demo, 'error'), once(demo, 'exit')]).then(([reason]) => {
    console.error(`The demo has ended (${reason}).`);
    process.exit(1);
  });
  process.on('exit', () => demo.kill());
  const isReady = () => fetch('http://127.0.0.1:4000/health/ready').then((response) => response.ok, () => false);
  while (!(await isReady())) await Promise.race([ended, new Promise((later) => setTimeout(later, 500))]);
  return 'http://127.0.0.1:4000/graphql';
}

for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(0));

try {
  const customers = options.customers ?? (await startDemo());
  const orders = await startOrders({ file: options['orders-file'], port: Number(options['orders-port']) });
  const gateway = await startGateway({ customers, orders, secret: process.env.GATEWAY_SECRET, port: Number(options.port) });
  console.log(`customers  ${customers}`);
  console.log(`orders     ${orders}`);
  console.log(`gateway    ${gateway}`);
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
