import { useGraphiQL } from "@graphiql/react";
import { type DocumentNode, parse } from "graphql";
import { useMemo, useState } from "react";

import { DownloadDialog } from "./download-dialog";
import { type Result, useResult } from "./results";
import { type List, listsOf, shapeOf } from "./shape";
import { Table } from "./table";

/** What of an answer can be a table. */
export interface Tables {
  document: DocumentNode;
  lists: List[];
}

/** The bar below an answer: what it took, and its table. */
export function ResultBar() {
  const tab = useGraphiQL((state) => state.tabs[state.activeTabIndex]?.id);
  const schema = useGraphiQL((state) => state.schema);
  const isFetching = useGraphiQL((state) => state.isFetching);
  const result = useResult(tab);
  const [isTable, setTable] = useState(false);
  const [isDownloading, setDownloading] = useState(false);
  const [chosen, choose] = useState("");
  const tables = useMemo(() => (schema && result ? tablesOf(schema, result) : undefined), [schema, result]);
  const list = tables?.lists.find((one) => one.label === chosen) ?? tables?.lists[0];
  return (
    <>
      {isTable && result && list && <Table data={result.answer.body.data} list={list} />}
      <div className="page-bar">
        <p className="page-status" role="status" aria-label="What the answer took">
          {isFetching ? "Running …" : result ? <Cost result={result} /> : "No answer yet"}
        </p>
        {tables && list && (
          <div className="page-row">
            {isTable && tables.lists.length > 1 && (
              <label className="page-inline">
                Rows{" "}
                <select value={list.label} onChange={(event) => choose(event.target.value)}>
                  {tables.lists.map((one) => (
                    <option key={one.label}>{one.label}</option>
                  ))}
                </select>
              </label>
            )}
            <button className="page-button page-small" type="button" aria-pressed={isTable} onClick={() => setTable(!isTable)}>
              Table
            </button>
            <button className="page-button page-small" type="button" onClick={() => setDownloading(true)}>
              CSV …
            </button>
          </div>
        )}
      </div>
      {isDownloading && result && tables && list && (
        <DownloadDialog result={result} tables={tables} list={list} onChoose={choose} onClose={() => setDownloading(false)} />
      )}
    </>
  );
}

function tablesOf(schema: Parameters<typeof shapeOf>[0], { operation, answer }: Result): Tables | undefined {
  if (!answer.body.data) return undefined;
  try {
    const document = parse(operation.query, { noLocation: true });
    const shape = shapeOf(schema, document, operation.operationName);
    const lists = shape ? listsOf(shape) : [];
    return lists.length > 0 ? { document, lists } : undefined;
  } catch {
    // What cannot be read has no table.
    return undefined;
  }
}

function Cost({ result: { answer } }: { result: Result }) {
  const cost = Object.entries((answer.body.extensions?.["cost"] ?? {}) as Record<string, unknown>)
    .filter(([, value]) => typeof value === "number")
    .map(([name, value]) => `${name} ${(value as number).toLocaleString("en")}`);
  const errors = answer.body.errors?.length ?? 0;
  const size = answer.bytes < 1_024 ? `${answer.bytes} bytes` : `${Math.round(answer.bytes / 1_024)} kB`;
  return (
    <>
      {errors > 0 && <strong className="page-errors">{errors === 1 ? "1 error" : `${errors} errors`}</strong>}
      <span title="From sending the operation to the last byte of the answer">{Math.round(answer.milliseconds)} ms</span>
      <span>{size}</span>
      {answer.status !== 200 && <span>HTTP {answer.status}</span>}
      {cost.length > 0 && <span title="What the service counted">Cost: {cost.join(", ")}</span>}
    </>
  );
}
