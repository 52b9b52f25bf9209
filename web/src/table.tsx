import { useMemo } from "react";

import { columnsOf, type List, rowsOf } from "./shape";

/** More rows than this are not shown, so that the page stays quick; the file has them all. */
const MOST = 1_000;

export function Table({ data, list }: { data: unknown; list: List }) {
  const { columns, rows } = useMemo(() => ({ columns: columnsOf(list), rows: rowsOf(data, list) }), [data, list]);
  return (
    <section className="page-table" aria-label={`Table of ${list.label}`} tabIndex={0}>
      {rows.length === 0 ? (
        <p className="page-faint">There are no rows.</p>
      ) : (
        <table>
          <thead>
            <tr>
              <th scope="col" aria-label="Row" />
              {columns.map((column, position) => (
                <th scope="col" key={position}>
                  {column.label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, MOST).map((row, number) => (
              <tr key={number}>
                <td className="page-number">{number + 1}</td>
                {columns.map((column, position) => (
                  <td key={position}>{column.text(row)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {rows.length > MOST && (
        <p className="page-faint">
          The first {MOST.toLocaleString("en")} of {rows.length.toLocaleString("en")} rows; the CSV has them all.
        </p>
      )}
    </section>
  );
}
