import assert from "node:assert/strict";
import { test } from "node:test";

import { parse, print } from "graphql";

import { nextPage, paged, totalOf } from "../src/pages";

const normal = (query: string) => print(parse(query));

test("a cursor and the page information are put in", () => {
  const asked = paged(parse("{ customers(first: 2) { nodes { id } } }"), undefined, ["customers"]);
  assert.deepEqual(asked, {
    cursor: "nextPage",
    query: normal("query ($nextPage: String) { customers(first: 2, after: $nextPage) { nodes { id } nextPageOfTable: pageInfo { hasNextPage endCursor } } }"),
  });
});

test("the operation's own variable for the cursor is used", () => {
  const query = "query Q($after: String = \"x\", $first: Int) { customers(first: $first, after: $after) { nodes { id } } }";
  const asked = paged(parse(query), "Q", ["customers"]);
  assert.equal(asked?.cursor, "after");
  assert.match(asked?.query ?? "", /after: \$after/);
});

test("a variable that something else uses too is left alone, and one that nothing uses any more goes", () => {
  const shared = "query Q($after: String, $nextPage: Int) { customers(after: $after, first: $nextPage) { nodes { id } } orders(after: $after) { nodes { id } } }";
  const asked = paged(parse(shared), "Q", ["customers"]);
  assert.equal(asked?.cursor, "nextPage_");
  assert.match(asked?.query ?? "", /orders\(after: \$after\)/);
  const aliased = "query Q($after: String, $b: String) { customers(after: $b) { nodes { id } } x: customers(after: $b) { nodes { id } } }";
  assert.equal(paged(parse(aliased), "Q", ["customers"])?.cursor, "nextPage");
});

test("a field in a fragment is found, and only the operation that is asked for is sent", () => {
  const query = "query A { ...F } query B { other } fragment F on Query { me { orders { nodes { id } } } } ";
  const asked = paged(parse(query), "A", ["me", "orders"]);
  assert.match(asked?.query ?? "", /orders\(after: \$nextPage\)/);
  assert.doesNotMatch(asked?.query ?? "", /query B/);
});

test("what is paged backwards, written, or not there is not paged", () => {
  for (const query of ["{ customers(last: 2) { nodes { id } } }", "{ customers(before: \"x\") { nodes { id } } }", "mutation { customers { nodes { id } } }", "{ other }"]) {
    assert.equal(paged(parse(query), undefined, ["customers"]), undefined, query);
  }
});

test("the answer tells what comes next", () => {
  const data = { me: { orders: { totalCount: 3, nextPageOfTable: { hasNextPage: true, endCursor: "c" } } } };
  assert.deepEqual(nextPage(data, ["me", "orders"]), { hasNextPage: true, endCursor: "c" });
  assert.equal(totalOf(data, ["me", "orders"]), 3);
  assert.equal(nextPage({ me: null }, ["me", "orders"]), undefined);
  assert.equal(totalOf({ me: null }, ["me", "orders"]), undefined);
});
