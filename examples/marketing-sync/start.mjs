// Starts the stub of the marketing tool and the receiver, and makes the workflow at the customer graph:
//
//   CUSTOMER_GRAPH_URL=http://127.0.0.1:4000/graphql CUSTOMER_GRAPH_KEY=… GROUP=cusgroup_… node start.mjs
//
// The key needs customers:read, groups:read, hooks:read and hooks:write. Prints one line of JSON when everything is there.
import { marketing } from "./marketing.mjs";
import { receiver } from "./receiver.mjs";

const graph = process.env.CUSTOMER_GRAPH_URL ?? "http://127.0.0.1:4000/graphql";
const graphKey = required("CUSTOMER_GRAPH_KEY");
const group = required("GROUP");
const list = process.env.LIST ?? "newsletter";
const marketingKey = "the-key-of-the-marketing-tool";

function required(name) {
  const value = process.env[name];
  if (!value) {
    console.error(`Set ${name}. README.md tells how.`);
    process.exit(1);
  }
  return value;
}

const listen = (server, port) =>
  new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(Number(port ?? 0), "127.0.0.1", () => resolve(`http://127.0.0.1:${server.address().port}`));
  });

const UPSERT = `mutation($input: WorkflowUpsertInput!) {
  workflowUpsert(input: $input) { workflow { id } secret userErrors { code path message } }
}`;

const FIND = "{ workflows(first: 100) { nodes { id name } } }";

async function ask(query, variables) {
  const response = await fetch(graph, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${graphKey}` },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  if (errors) throw new Error(errors.map((error) => error.message).join(" "));
  return data;
}

let secret = "";
const tool = await listen(marketing({ key: marketingKey }), process.env.MARKETING_PORT);
const steps = await listen(
  receiver({ secret: () => secret, graph, graphKey, marketing: tool, marketingKey, group, list }),
  process.env.RECEIVER_PORT,
);

const name = `Keep the list ${list} like the group`;
const known = (await ask(FIND)).workflows.nodes.find((workflow) => workflow.name === name);
const { workflowUpsert } = await ask(UPSERT, {
  input: {
    ...(known ? { id: known.id, renewSecret: true } : {}),
    name,
    topics: ["customer.group.added", "customer.group.removed"],
    steps: [
      { name: "sync-member", url: `${steps}/sync-member`, compensateUrl: `${steps}/unsync-member` },
      { name: "start-journey", url: `${steps}/start-journey`, attempts: 3 },
    ],
  },
});
if (workflowUpsert.userErrors.length > 0) {
  console.error(JSON.stringify(workflowUpsert.userErrors));
  process.exit(1);
}
secret = workflowUpsert.secret;
console.log(JSON.stringify({ marketing: tool, receiver: steps, marketingKey, list, workflow: workflowUpsert.workflow.id }));
