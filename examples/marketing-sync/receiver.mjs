// The steps of the workflow: they keep a list of the marketing tool like a customer group.
//
// What an event says is that something changed, and not what; so each step asks the customer graph how things are now.
// That makes the order of events and repetitions harmless: whatever comes last, the list ends as the group is.
import { createServer } from "node:http";
import { isSigned } from "./signature.mjs";

const MEMBERSHIP = `query($customer: ID!) {
  node(id: $customer) { ... on Customer { id email firstName groups(first: 100) { nodes { id } } } }
}`;

export function receiver({ secret, graph, graphKey, marketing: tool, marketingKey, group, list }) {
  const seen = new Map();

  async function ask(query, variables) {
    const response = await fetch(graph, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${graphKey}` },
      body: JSON.stringify({ query, variables }),
      signal: AbortSignal.timeout(4_000),
    });
    const { data, errors } = await response.json();
    if (errors) throw new Error(errors[0].message);
    return data;
  }

  async function call(method, path, body) {
    const response = await fetch(`${tool}/lists/${encodeURIComponent(list)}${path}`, {
      method,
      headers: { "content-type": "application/json", authorization: `Bearer ${marketingKey}` },
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(4_000),
    });
    if (!response.ok) throw Object.assign(new Error(`the marketing tool answers ${response.status}`), { status: response.status });
    return response.json();
  }

  const member = (id) => `/members/${encodeURIComponent(id)}`;

  // The first step: the list gets to be as the group is, for this one customer.
  async function syncMember({ event }) {
    const { customerId } = event;
    if (!customerId) return { skipped: true };
    const { node } = await ask(MEMBERSHIP, { customer: customerId });
    const belongs = Boolean(node?.email) && node.groups.nodes.some((one) => one.id === group);
    if (!belongs) {
      await call("DELETE", member(customerId));
      return { belongs, customerId };
    }
    const { isNew } = await call("PUT", member(customerId), { email: node.email, name: node.firstName, status: "subscribed" });
    return { belongs, customerId, isNew };
  }

  // Its compensation: whoever the first step put on the list is taken off again.
  async function unsyncMember({ answers }) {
    const { customerId, isNew } = answers["sync-member"] ?? {};
    if (isNew) await call("DELETE", member(customerId));
    return {};
  }

  // The second step: whoever is new on the list is welcomed.
  async function startJourney({ answers }) {
    const { customerId, isNew } = answers["sync-member"] ?? {};
    if (isNew) await call("PUT", `/journeys/${encodeURIComponent(customerId)}`);
    return { started: Boolean(isNew) };
  }

  const steps = {
    "/sync-member": syncMember,
    "/unsync-member": unsyncMember,
    "/start-journey": startJourney,
  };

  return createServer(async (request, response) => {
    const answer = (status, body) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(body ?? null));
    };
    let text = "";
    for await (const chunk of request) {
      text += chunk;
      if (text.length > 200_000) return answer(413);
    }
    const step = steps[request.url];
    if (request.method !== "POST" || !step) return answer(404);
    if (!isSigned(secret(), request.headers, text)) return answer(401);
    // A step may be asked for twice, when its answer was lost: it answers what it answered before.
    const id = request.headers["webhook-id"];
    if (seen.has(id)) return answer(200, seen.get(id));
    try {
      const result = await step(JSON.parse(text));
      seen.set(id, result);
      if (seen.size > 10_000) seen.delete(seen.keys().next().value);
      answer(200, result);
    } catch (error) {
      // What the tool refuses it refuses for good; everything else may go well another time.
      answer(error.status >= 400 && error.status < 500 ? 422 : 503, { error: error.message });
    }
  });
}
