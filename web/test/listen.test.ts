import assert from "node:assert/strict";
import { test } from "node:test";

import { eventsIn, read } from "../src/listen";

test("events are found wherever the text was cut", () => {
  const text = 'event: next\ndata: {"data":{"a":"x\\n\\ny"}}\n\n:\n\nevent: complete\ndata: \n\n';
  for (let cut = 0; cut <= text.length; cut += 1) {
    const first = eventsIn(text.slice(0, cut));
    const second = eventsIn(first.rest + text.slice(cut));
    const found = [...first.events, ...second.events];
    assert.deepEqual(found, [
      { name: "next", data: '{"data":{"a":"x\\n\\ny"}}' },
      { name: "complete", data: "" },
    ]);
    assert.equal(second.rest, "");
  }
});

test("a stream that ends without saying so has broken", async () => {
  const next = 'event: next\ndata: {"data":{"a":1}}\n\n';
  const listen = async (text: string) => {
    const told: unknown[] = [];
    const response = new Response(text, { headers: { "content-type": "text/event-stream" } });
    const observer = { next: (answer: unknown) => void told.push(answer), error: () => {}, complete: () => {} };
    await read(response, observer).catch(() => told.push("broken"));
    return told;
  };
  assert.deepEqual(await listen(`${next}event: complete\ndata: \n\n`), [{ data: { a: 1 } }]);
  assert.deepEqual(await listen(next), [{ data: { a: 1 } }, "broken"]);
  assert.deepEqual(await listen(""), ["broken"]);
});
