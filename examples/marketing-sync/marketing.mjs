// A stub of a marketing tool: lists with members, over HTTP.
//
//   GET    /lists/:list              { "members": [{ "email", "name", "status" }] }
//   PUT    /lists/:list/members/:key { "email", "name" }   adds or updates; answers whether the member is new
//   DELETE /lists/:list/members/:key                        removes; is content when there is none
//   PUT    /lists/:list/journeys/:key                       starts the welcome journey of a member
//   POST   /refuse-journeys          { "refuse": true }     for trying out what happens when this goes wrong
//
// Like the real ones, it needs its own key, and writing the same thing twice does no harm.
import { createServer } from "node:http";

export function marketing({ key }) {
  const lists = new Map();
  let refusesJourneys = false;
  const list = (name) => lists.get(name) ?? lists.set(name, new Map()).get(name);

  return createServer(async (request, response) => {
    const answer = (status, body) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(body ?? null));
    };
    let text = "";
    for await (const chunk of request) {
      text += chunk;
      if (text.length > 10_000) return answer(413);
    }
    if (request.headers.authorization !== `Bearer ${key}`) return answer(401);
    let body;
    try {
      body = text ? JSON.parse(text) : {};
    } catch {
      return answer(400);
    }
    const [kind, name, what, member] = request.url.slice(1).split("/").map(decodeURIComponent);
    if (kind === "refuse-journeys") {
      refusesJourneys = body.refuse === true;
      return answer(200, { refusesJourneys });
    }
    if (kind !== "lists" || !name) return answer(404);
    const members = list(name);
    if (request.method === "GET" && !what) return answer(200, { members: [...members.values()] });
    if (what === "members" && request.method === "PUT") {
      const isNew = !members.has(member);
      members.set(member, { ...body, journey: members.get(member)?.journey ?? false });
      return answer(200, { isNew });
    }
    if (what === "members" && request.method === "DELETE") {
      members.delete(member);
      return answer(200, {});
    }
    if (what === "journeys" && request.method === "PUT") {
      if (refusesJourneys) return answer(422, { error: "this journey is paused" });
      if (!members.has(member)) return answer(404);
      members.get(member).journey = true;
      return answer(200, {});
    }
    answer(404);
  });
}
