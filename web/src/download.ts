// Rows as a file: of the answer that is there, or of all pages.

import { type CsvOptions, line, start } from "./csv";
import { nextPage, paged, totalOf } from "./pages";
import type { Result } from "./results";
import type { Tables } from "./result-bar";
import { ask } from "./session";
import { columnsOf, type List, rowsOf } from "./shape";

export interface Progress {
  pages: number;
  rows: number;
  /** How many items the connection has, where the operation asks for it. */
  total: number | undefined;
  /** How many items of the connection were read. */
  items: number;
}

/** How often a page is asked for again when the service is busy. */
const ATTEMPTS = 6;

/** The rows of the answer that is there. */
export function csvOfAnswer(result: Result, list: List, options: CsvOptions): Blob {
  const columns = columnsOf(list);
  const lines = rowsOf(result.answer.body.data, list).map((row) =>
    line(
      columns.map((column) => column.text(row)),
      options,
    ),
  );
  return blob([head(list, options), ...lines]);
}

/** The connection in which a list is, when it can be read page by page. */
export function connectionOf({ document, lists }: Tables, list: List, result: Result): List | undefined {
  const outer = lists.find((one) => one.isConnection && one.field && list.label.startsWith(one.label) && one.steps[0]?.join() === list.steps[0]?.join());
  return outer?.field && paged(document, result.operation.operationName, outer.field) ? outer : undefined;
}

/** The rows of all pages, from the first. */
export async function csvOfAllPages(
  { document }: Tables,
  { operation }: Result,
  list: List,
  connection: List,
  options: CsvOptions,
  signal: AbortSignal,
  report: (progress: Progress) => void,
): Promise<{ blob: Blob; progress: Progress }> {
  const keys = connection.field ?? [];
  const request = paged(document, operation.operationName, keys);
  if (!request) throw new Error("This list cannot be read page by page.");
  const columns = columnsOf(list);
  const parts = [head(list, options)];
  const progress: Progress = { pages: 0, rows: 0, total: undefined, items: 0 };
  let cursor: string | null = null;
  for (;;) {
    const variables: Record<string, unknown> = { ...operation.variables, [request.cursor]: cursor };
    const body = await onePage({ ...operation, query: request.query, variables }, signal);
    const page = nextPage(body.data, keys);
    if (!page) throw new Error(body.errors?.[0]?.message ?? "The list is not in the answer any more.");
    const rows = rowsOf(body.data, list);
    // One text a page: a hundred thousand small ones would take more room.
    const texts = rows.map((row) =>
      line(
        columns.map((column) => column.text(row)),
        options,
      ),
    );
    parts.push(texts.join(""));
    progress.pages += 1;
    progress.rows += rows.length;
    progress.items += rowsOf(body.data, connection).length;
    progress.total = totalOf(body.data, keys) ?? progress.total;
    report({ ...progress });
    if (!page.hasNextPage || page.endCursor === null || page.endCursor === cursor) break;
    cursor = page.endCursor;
  }
  return { blob: blob(parts), progress };
}

async function onePage(operation: Parameters<typeof ask>[0], signal: AbortSignal) {
  for (let attempt = 1; ; attempt += 1) {
    const { status, body, retryAfter } = await ask(operation, signal);
    if ((status === 429 || status === 503) && attempt < ATTEMPTS) {
      await pause(Math.max(retryAfter, attempt) * 1_000, signal);
      continue;
    }
    if (!body.data) throw new Error(body.errors?.[0]?.message ?? `The service answered ${status}.`);
    return body;
  }
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}

const head = (list: List, options: CsvOptions) =>
  start(options) +
  line(
    columnsOf(list).map((column) => column.label),
    options,
  );

const blob = (parts: string[]) => new Blob(parts, { type: "text/csv;charset=utf-8" });

/** Hands a file to the browser. */
export function save(file: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  // The browser has taken it by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
