import { useEffect, useRef, useState } from "react";

import { fileName } from "./csv";
import { connectionOf, csvOfAllPages, csvOfAnswer, type Progress, save } from "./download";
import type { Result } from "./results";
import type { Tables } from "./result-bar";
import { type List, rowsOf } from "./shape";

interface Props {
  result: Result;
  tables: Tables;
  list: List;
  onChoose(label: string): void;
  onClose(): void;
}

type State =
  | { at: "choice" }
  | { at: "work"; progress?: Progress; controller: AbortController }
  | { at: "end"; message: string };

export function DownloadDialog({ result, tables, list, onChoose, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [state, setState] = useState<State>({ at: "choice" });
  const [isFormulaSafe, setFormulaSafe] = useState(true);
  const [hasByteOrderMark, setByteOrderMark] = useState(false);
  const connection = connectionOf(tables, list, result);
  const here = rowsOf(result.answer.body.data, list).length;
  const options = { isFormulaSafe, hasByteOrderMark };
  useEffect(() => dialog.current?.showModal(), []);
  useEffect(() => {
    if (state.at !== "work") return undefined;
    const { controller } = state;
    return () => controller.abort();
    // Only when the work is left, not with each report.
  }, [state.at === "work" && state.controller]);

  const name = () => fileName(list.label, new Date());
  const takeThis = () => {
    save(csvOfAnswer(result, list, options), name());
    onClose();
  };
  const takeAll = async (from: List) => {
    const controller = new AbortController();
    setState({ at: "work", controller });
    try {
      const report = (progress: Progress) => setState({ at: "work", progress, controller });
      const { blob, progress } = await csvOfAllPages(tables, result, list, from, options, controller.signal, report);
      save(blob, name());
      setState({ at: "end", message: `${count(progress.rows, "row")} from ${count(progress.pages, "page")}.` });
    } catch (error) {
      const why = error instanceof Error ? error.message : "The service does not answer.";
      setState({ at: "end", message: controller.signal.aborted ? "Canceled: nothing was saved." : `Nothing was saved: ${why}` });
    }
  };

  return (
    <dialog ref={dialog} className="page-dialog" aria-labelledby="download-title" onClose={onClose}>
      <h2 id="download-title">Take the rows along</h2>
      {state.at === "choice" && (
        <>
          <label>
            Rows
            <select value={list.label} onChange={(event) => onChoose(event.target.value)}>
              {tables.lists.map((one) => (
                <option key={one.label}>{one.label}</option>
              ))}
            </select>
          </label>
          <label className="page-check">
            <input type="checkbox" checked={isFormulaSafe} onChange={(event) => setFormulaSafe(event.target.checked)} />
            <span>
              Safe for spreadsheets
              <small>What looks like a formula gets a ' before it. Turn it off for programs that read every cell as text.</small>
            </span>
          </label>
          <label className="page-check">
            <input type="checkbox" checked={hasByteOrderMark} onChange={(event) => setByteOrderMark(event.target.checked)} />
            <span>
              Byte order mark
              <small>By it Excel knows that the file is UTF-8.</small>
            </span>
          </label>
          <div className="page-row">
            {connection && (
              <button className="page-button page-primary" type="button" onClick={() => void takeAll(connection)}>
                All pages
              </button>
            )}
            <button className={connection ? "page-button" : "page-button page-primary"} type="button" onClick={takeThis}>
              {connection ? "This page" : "Download"} ({count(here, "row")})
            </button>
            <button className="page-button" type="button" onClick={onClose}>
              Close
            </button>
          </div>
        </>
      )}
      {state.at === "work" && (
        <>
          <Reading progress={state.progress} />
          <div className="page-row">
            <button className="page-button" type="button" onClick={() => state.controller.abort()}>
              Cancel
            </button>
          </div>
        </>
      )}
      {state.at === "end" && (
        <>
          <p role="status">{state.message}</p>
          <div className="page-row">
            <button className="page-button page-primary" type="button" onClick={onClose} autoFocus>
              Close
            </button>
          </div>
        </>
      )}
    </dialog>
  );
}

function Reading({ progress }: { progress: Progress | undefined }) {
  const { pages = 0, rows = 0, items = 0, total } = progress ?? {};
  return (
    <>
      <p role="status">
        {count(rows, "row")} from {count(pages, "page")} …
      </p>
      <progress aria-label="Pages read" {...(total ? { value: items, max: Math.max(total, items) } : {})} />
    </>
  );
}

const count = (number: number, noun: string) => `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
