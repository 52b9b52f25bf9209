// What an answer looks like, told by its operation and the schema: which lists are in it, and which columns each has.

import {
  type DocumentNode,
  type FragmentDefinitionNode,
  getNamedType,
  getNullableType,
  type GraphQLOutputType,
  type GraphQLSchema,
  isAbstractType,
  isCompositeType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from "graphql";

export type Shape =
  | { kind: "leaf" }
  | { kind: "object"; fields: Map<string, Shape> }
  // `via` are the keys that lead from the value of the field to the list: `nodes` in a connection, none in a plain list.
  | { kind: "list"; via: string[]; item: Shape };

/** A list in an answer. */
export interface List {
  /** For people: `customers › addresses`. */
  label: string;
  /** The keys from the root, or from an item of the list around it, to the list itself. */
  steps: string[][];
  /** What an item is like, for this list and those around it. */
  items: Shape[];
  /** The keys from the root to the field, when no list is around it: then it can be paged through. */
  field: string[] | undefined;
  /** Whether it is a connection. */
  isConnection: boolean;
}

/** A column of a table. */
export interface Column {
  label: string;
  /** The text of a cell, from an item and the items around it. */
  text(row: unknown[]): string;
}

const LEAF: Shape = { kind: "leaf" };

/** The operation of this name, or the only one. */
export function operationOf(document: DocumentNode, name?: string | null): OperationDefinitionNode | undefined {
  const operations = document.definitions.filter((one) => one.kind === Kind.OPERATION_DEFINITION);
  return name ? operations.find((one) => one.name?.value === name) : operations[0];
}

/** What the data of an operation are like; `undefined` for what the schema does not know. */
export function shapeOf(schema: GraphQLSchema, document: DocumentNode, name?: string | null): Shape | undefined {
  const operation = operationOf(document, name);
  const root = operation && schema.getRootType(operation.operation);
  if (!operation || !root) return undefined;
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const one of document.definitions) {
    if (one.kind === Kind.FRAGMENT_DEFINITION) fragments.set(one.name.value, one);
  }
  return composite(schema, fragments, root.name, [operation.selectionSet]);
}

type Fragments = Map<string, FragmentDefinitionNode>;

interface Selected {
  type: GraphQLOutputType;
  selections: SelectionSetNode[];
}

/** The fields that are selected, those of one key put together. */
function collect(
  schema: GraphQLSchema,
  fragments: Fragments,
  parent: string,
  selections: SelectionSetNode[],
  into: Map<string, Selected>,
  seen: Set<string>,
): void {
  const type = schema.getType(parent);
  for (const selection of selections.flatMap((set) => set.selections)) {
    if (selection.kind === Kind.FIELD) {
      const name = selection.name.value;
      if (!type || !("getFields" in type)) continue;
      const field = type.getFields()[name];
      // `__typename` is a fact about every object.
      if (!field && name !== "__typename") continue;
      const key = selection.alias?.value ?? name;
      const known = into.get(key);
      const more = selection.selectionSet ? [selection.selectionSet] : [];
      if (known) known.selections.push(...more);
      else if (field && "type" in field) into.set(key, { type: field.type as GraphQLOutputType, selections: more });
      else into.set(key, { type: schema.getType("String") as GraphQLOutputType, selections: [] });
    } else {
      const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection;
      if (!fragment) continue;
      const condition = fragment.typeCondition?.name.value ?? parent;
      const name = `${condition} ${selection.kind === Kind.FRAGMENT_SPREAD ? selection.name.value : ""}`;
      if (selection.kind === Kind.FRAGMENT_SPREAD && seen.has(name)) continue;
      collect(schema, fragments, condition, [fragment.selectionSet], into, new Set(seen).add(name));
    }
  }
}

function composite(schema: GraphQLSchema, fragments: Fragments, type: string, selections: SelectionSetNode[]): Shape {
  const selected = new Map<string, Selected>();
  collect(schema, fragments, type, selections, selected, new Set());
  const fields = new Map<string, Shape>();
  for (const [key, { type, selections }] of selected) fields.set(key, output(schema, fragments, type, selections));
  return { kind: "object", fields };
}

function output(
  schema: GraphQLSchema,
  fragments: Fragments,
  wrapped: GraphQLOutputType,
  selections: SelectionSetNode[],
): Shape {
  const type = getNullableType(wrapped);
  if (isListType(type)) {
    return { kind: "list", via: [], item: output(schema, fragments, type.ofType as GraphQLOutputType, selections) };
  }
  const named = getNamedType(type);
  if (!isCompositeType(named)) return LEAF;
  const shape = composite(schema, fragments, named.name, selections);
  if (shape.kind !== "object" || isAbstractType(named) || !isObjectType(named)) return shape;
  const known = named.getFields();
  if (!("pageInfo" in known)) return shape;
  // A connection is its items; how many there are is no column.
  for (const via of ["nodes", "edges"]) {
    for (const [key, inner] of shape.fields) {
      if (inner.kind === "list" && nameOf(selections, key) === via) return { ...inner, via: [key] };
    }
  }
  return shape;
}

/** The field behind a key of these selections, as far as no fragment stands before it. */
function nameOf(selections: SelectionSetNode[], key: string): string {
  for (const selection of selections.flatMap((set) => set.selections)) {
    if (selection.kind === Kind.FIELD && selection.alias?.value === key) return selection.name.value;
  }
  return key;
}

/** Every list of an answer, the outer before the inner. */
export function listsOf(root: Shape): List[] {
  const found: List[] = [];
  const visit = (shape: Shape, keys: string[], around: Pick<List, "label" | "steps" | "items">, isTop: boolean) => {
    if (shape.kind === "object") {
      for (const [key, inner] of shape.fields) visit(inner, [...keys, key], around, isTop);
    } else if (shape.kind === "list" && shape.item.kind !== "leaf") {
      const label = keys.filter((key) => key !== "node").join(" › ");
      const list: List = {
        label: around.label ? `${around.label} › ${label}` : label,
        steps: [...around.steps, [...keys, ...shape.via]],
        items: [...around.items, shape.item],
        field: isTop ? keys : undefined,
        isConnection: shape.via.length > 0,
      };
      found.push(list);
      visit(shape.item, [], list, false);
    }
  };
  visit(root, [], { label: "", steps: [], items: [] }, true);
  return found;
}

/** The rows of a list: each item with the items around it, outermost first. */
export function rowsOf(data: unknown, list: List): unknown[][] {
  let rows: unknown[][] = [[data]];
  for (const step of list.steps) {
    rows = rows.flatMap((row) => {
      const items = follow(row.at(-1), step);
      return Array.isArray(items) ? items.map((item) => [...row, item]) : [];
    });
  }
  return rows.map((row) => row.slice(1));
}

function follow(value: unknown, keys: string[]): unknown {
  for (const key of keys) {
    if (value === null || typeof value !== "object") return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

/** The columns of a list: first those of the items around it, then its own. */
export function columnsOf(list: List): Column[] {
  const columns: Column[] = [];
  list.items.forEach((shape, level) => {
    const isOwn = level === list.items.length - 1;
    const prefix = isOwn ? "" : (list.steps[level] ?? []).filter((key) => !isWrapper(key)).join(".");
    leaves(shape, [], isOwn, (keys, values) => {
      const path = keys.filter((key) => !isWrapper(key));
      const label = [...(prefix ? [prefix] : []), ...path].join(".");
      columns.push({ label, text: (row) => values(row[level]) });
    });
  });
  return columns;
}

const isWrapper = (key: string) => key === "nodes" || key === "edges" || key === "node";

/** Goes through the columns of an item. What is a list within an item stands in one cell, one after the other. */
function leaves(
  shape: Shape,
  keys: string[],
  withLists: boolean,
  found: (keys: string[], text: (item: unknown) => string) => void,
): void {
  if (shape.kind === "leaf") {
    found(keys, (item) => cellText(follow(item, keys)));
  } else if (shape.kind === "object") {
    for (const [key, inner] of shape.fields) leaves(inner, [...keys, key], withLists, found);
  } else if (withLists) {
    const to = [...keys, ...shape.via];
    leaves(shape.item, [], true, (inner, text) => {
      found([...to, ...inner], (item) => {
        const items = follow(item, to);
        return Array.isArray(items) ? items.map(text).join("; ") : "";
      });
    });
  }
}

function cellText(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
