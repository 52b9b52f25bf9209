// Asks every audit of graphql-http whether a server keeps to GraphQL over HTTP: audit.mjs <url> [<token>]
// Prints how many there are and how many the server passes, and one line for each that it does not.
import { serverAudits } from 'graphql-http';

const [url, token] = process.argv.slice(2);
const fetchFn = (target, options = {}) =>
  fetch(target, {
    ...options,
    headers: token ? { ...options.headers, authorization: `Bearer ${token}` } : options.headers,
    signal: AbortSignal.timeout(30_000),
  });

const failures = [];
const audits = serverAudits({ url, fetchFn });
for (const { id, name, fn } of audits) {
  const failure = await fn().then(
    ({ status, reason }) => (status === 'ok' ? null : reason),
    (error) => `no answer: ${error.cause?.code ?? error.message}`,
  );
  if (failure !== null) failures.push(`${id} ${name}: ${failure}`);
}
console.log(`${audits.length - failures.length} of ${audits.length}`);
for (const failure of failures) console.log(failure);
