import assert from "node:assert/strict";
import { test } from "node:test";

import { buildSchema, parse } from "graphql";

import { columnsOf, listsOf, rowsOf, shapeOf } from "../src/shape";

const schema = buildSchema(`
  scalar JSON
  type PageInfo { hasNextPage: Boolean! endCursor: String }
  type Money { amount: String! currencyCode: String! }
  type Address { city: String lines: [String!]! }
  type AddressConnection { nodes: [Address!]! totalCount: Int! pageInfo: PageInfo! }
  interface Node { id: ID! }
  type Customer implements Node { id: ID! email: String metadata: JSON spent: Money tags: [String!]! addresses: AddressConnection! manager: Customer }
  type CustomerEdge { cursor: String! node: Customer! }
  type CustomerConnection { nodes: [Customer!]! edges: [CustomerEdge!]! totalCount: Int! pageInfo: PageInfo! }
  type Query { customers(first: Int): CustomerConnection me: Customer nodes: [Node] }
`);

function tables(query: string, data: unknown) {
  const document = parse(query);
  const shape = shapeOf(schema, document);
  assert.ok(shape);
  return listsOf(shape).map((list) => {
    const columns = columnsOf(list);
    return {
      label: list.label,
      field: list.field,
      head: columns.map((column) => column.label),
      rows: rowsOf(data, list).map((row) => columns.map((column) => column.text(row))),
    };
  });
}

const ADA = {
  id: "1",
  email: "ada@example.com",
  metadata: { tier: "gold" },
  spent: { amount: "1.50", currencyCode: "EUR" },
  tags: ["a", "b"],
  addresses: { totalCount: 2, nodes: [{ city: "Berlin", lines: ["x", "y"] }, { city: null, lines: [] }] },
};

test("objects within a row are columns, lists within a row stand in one cell", () => {
  const query = "{ customers { totalCount nodes { id metadata spent { amount currencyCode } tags addresses { totalCount nodes { city lines } } } } }";
  const [customers, addresses] = tables(query, { customers: { totalCount: 1, nodes: [ADA] } });
  assert.deepEqual(customers, {
    label: "customers",
    field: ["customers"],
    head: ["id", "metadata", "spent.amount", "spent.currencyCode", "tags", "addresses.city", "addresses.lines"],
    rows: [["1", '{"tier":"gold"}', "1.50", "EUR", "a; b", "Berlin; ", "x; y; "]],
  });
  assert.deepEqual(addresses, {
    label: "customers › addresses",
    field: undefined,
    head: ["customers.id", "customers.metadata", "customers.spent.amount", "customers.spent.currencyCode", "city", "lines"],
    rows: [
      ["1", '{"tier":"gold"}', "1.50", "EUR", "Berlin", "x; y"],
      ["1", '{"tier":"gold"}', "1.50", "EUR", "", ""],
    ],
  });
});

test("edges, aliases and fragments make the same rows", () => {
  const query = "{ people: customers { edges { cursor node { ...F } } } } fragment F on Customer { mail: email spent { amount } ... on Node { id } }";
  const data = { people: { edges: [{ cursor: "c", node: { mail: "a@b.c", spent: null, id: "1" } }] } };
  assert.deepEqual(tables(query, data), [
    { label: "people", field: ["people"], head: ["cursor", "mail", "spent.amount", "id"], rows: [["c", "a@b.c", "", "1"]] },
  ]);
});

test("a list of one's own is below the object around it", () => {
  const [list] = tables("{ me { email addresses { nodes { city } } } }", { me: ADA });
  assert.deepEqual(list, { label: "me › addresses", field: ["me", "addresses"], head: ["city"], rows: [["Berlin"], [""]] });
});

test("what is not there makes no rows, and a missing item an empty one", () => {
  assert.deepEqual(tables("{ customers { nodes { id } } }", { customers: null })[0]?.rows, []);
  assert.deepEqual(tables("{ nodes { id } }", { nodes: [{ id: "1" }, null] })[0]?.rows, [["1"], [""]]);
});

test("circles of fragments end", () => {
  const query = "{ customers { nodes { ...A } } } fragment A on Customer { id ...B } fragment B on Customer { email ...A }";
  assert.deepEqual(tables(query, {})[0]?.head, ["id", "email"]);
});
