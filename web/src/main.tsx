// The page: a log-in, and GraphiQL behind it.

import "./styles.css";

import { createRoot } from "react-dom/client";

import { App } from "./app";
import { readData } from "./data";

/** The files of the editor's workers, put in by the build. */
declare const WORKERS: Record<string, string>;

// The editor makes style elements; the policy of the page takes those with the number of this very answer.
const own = document.querySelector<HTMLElement>("style[nonce], script[nonce]");
const number = own?.nonce;
if (number) {
  const create = Document.prototype.createElement;
  Document.prototype.createElement = function (this: Document, name: string, options?: ElementCreationOptions) {
    const element = create.call(this, name, options);
    if (name.toLowerCase() === "style") element.nonce = number;
    return element;
  } as typeof create;
}

window.MonacoEnvironment = {
  getWorker: (_id, label) => new Worker(new URL(WORKERS[label] ?? WORKERS["editor"] ?? "", import.meta.url)),
};

const root = document.getElementById("root");
if (root) createRoot(root).render(<App data={readData()} />);
