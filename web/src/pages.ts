// All pages of a connection: the operation with a cursor put in, asked again and again.

import {
  type ArgumentNode,
  type DocumentNode,
  type FieldNode,
  Kind,
  print,
  type SelectionSetNode,
  separateOperations,
  type VariableDefinitionNode,
  visit,
} from "graphql";

import { operationOf } from "./shape";

/** An operation that can be asked for page after page. */
export interface Paged {
  query: string;
  /** The variable that takes the cursor. */
  cursor: string;
}

/** How the page information is called that is added to the operation. */
const ADDED = "nextPageOfTable";

const name = (value: string) => ({ kind: Kind.NAME, value }) as const;

const PAGE_INFO: FieldNode = {
  kind: Kind.FIELD,
  alias: name(ADDED),
  name: name("pageInfo"),
  selectionSet: {
    kind: Kind.SELECTION_SET,
    selections: ["hasNextPage", "endCursor"].map((field) => ({ kind: Kind.FIELD, name: name(field) })),
  },
};

/** Puts a cursor into the field that these keys lead to; `undefined` when it is paged backwards or cannot be found. */
export function paged(document: DocumentNode, operationName: string | null | undefined, keys: string[]): Paged | undefined {
  const operation = operationOf(document, operationName);
  if (!operation || operation.operation !== "query") return undefined;
  const alone = separateOperations(document)[operation.name?.value ?? ""] ?? document;
  const own = operationOf(alone, operationName);
  if (!own) return undefined;
  const fields = find(alone, [own.selectionSet], keys);
  if (fields.length === 0) return undefined;
  const given = (field: FieldNode, argument: string) => field.arguments?.find((one) => one.name.value === argument);
  if (fields.some((field) => given(field, "last") || given(field, "before"))) return undefined;
  const after = fields.map((field) => given(field, "after")?.value);
  const variables = new Set((own.variableDefinitions ?? []).map((one) => one.variable.name.value));
  const first = after[0];
  // The operation's own variable, if each of them uses it and nothing else does.
  const isShared = first?.kind === Kind.VARIABLE && after.every((one) => one?.kind === Kind.VARIABLE && one.name.value === first.name.value);
  let cursor = isShared && uses(alone, first.name.value) === fields.length ? first.name.value : undefined;
  const isOwn = cursor !== undefined;
  if (cursor === undefined) {
    cursor = "nextPage";
    while (variables.has(cursor)) cursor += "_";
  }
  const argument: ArgumentNode = {
    kind: Kind.ARGUMENT,
    name: name("after"),
    value: { kind: Kind.VARIABLE, name: name(cursor) },
  };
  const definition: VariableDefinitionNode = {
    kind: Kind.VARIABLE_DEFINITION,
    variable: { kind: Kind.VARIABLE, name: name(cursor) },
    type: { kind: Kind.NAMED_TYPE, name: name("String") },
  };
  const changed = visit(alone, {
    Field(node) {
      if (!fields.includes(node) || !node.selectionSet) return undefined;
      const others = (node.arguments ?? []).filter((one) => one.name.value !== "after");
      return {
        ...node,
        arguments: [...others, argument],
        selectionSet: { ...node.selectionSet, selections: [...node.selectionSet.selections, PAGE_INFO] },
      };
    },
  });
  const query = visit(changed, {
    OperationDefinition(node) {
      const kept = (node.variableDefinitions ?? []).filter((one) => isOwn || used(changed, one.variable.name.value));
      return { ...node, variableDefinitions: isOwn ? kept : [...kept, definition] };
    },
  });
  return { query: print(query), cursor };
}

/** The fields behind a list of keys; several when one key is asked for in several places. */
function find(document: DocumentNode, selections: SelectionSetNode[], keys: string[]): FieldNode[] {
  const [key, ...rest] = keys;
  const found: FieldNode[] = [];
  const seen = new Set<string>();
  const look = (set: SelectionSetNode) => {
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        if ((selection.alias?.value ?? selection.name.value) === key) found.push(selection);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        look(selection.selectionSet);
      } else if (!seen.has(selection.name.value)) {
        seen.add(selection.name.value);
        for (const one of document.definitions) {
          if (one.kind === Kind.FRAGMENT_DEFINITION && one.name.value === selection.name.value) look(one.selectionSet);
        }
      }
    }
  };
  selections.forEach(look);
  if (rest.length === 0) return found;
  return find(document, found.flatMap((field) => field.selectionSet ?? []), rest);
}

/** How often a variable is used, its definition left out. */
function uses(document: DocumentNode, variable: string): number {
  let count = 0;
  visit(document, {
    VariableDefinition: () => false,
    Variable(node) {
      if (node.name.value === variable) count += 1;
    },
  });
  return count;
}

const used = (document: DocumentNode, variable: string) => uses(document, variable) > 0;

/** What the added page information says; `undefined` when the connection is not there. */
export function nextPage(data: unknown, keys: string[]): { hasNextPage: boolean; endCursor: string | null } | undefined {
  let value: unknown = data;
  for (const key of [...keys, ADDED]) {
    if (value === null || typeof value !== "object") return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value as { hasNextPage: boolean; endCursor: string | null } | undefined;
}

/** How many there are in all, when the operation asks for it. */
export function totalOf(data: unknown, keys: string[]): number | undefined {
  let value: unknown = data;
  for (const key of [...keys, "totalCount"]) {
    if (value === null || typeof value !== "object") return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return typeof value === "number" ? value : undefined;
}
