import assert from "node:assert/strict";
import { test } from "node:test";

import { eventsIn } from "../src/listen";

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
