// CSV as spreadsheets and programs read it (RFC 4180).

export interface CsvOptions {
  /** Whether cells are kept from being taken for formulas; off for programs that read every cell as text. */
  isFormulaSafe: boolean;
  /** Whether the file begins with a byte order mark, by which Excel knows that it is UTF-8. */
  hasByteOrderMark: boolean;
}

/** What a spreadsheet takes for a formula: the sign may stand after blanks, and may be a full-width one. */
const FORMULA = /^(?:[\t\r\n]|[\s\u200b\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20])/u;

/** A negative amount is no formula. */
const NEGATIVE = /^-\d+(?:\.\d+)?$/;

/** What a cell cannot hold as it is. */
const QUOTED = /[",;\r\n\t]|^\s|\s$/u;

export function cell(text: string, options: CsvOptions): string {
  if (options.isFormulaSafe && FORMULA.test(text) && !NEGATIVE.test(text)) {
    return `"'${text.replaceAll('"', '""')}"`;
  }
  return QUOTED.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** One line, with its end. */
export function line(cells: string[], options: CsvOptions): string {
  const text = cells.map((text) => cell(text, options)).join(",");
  // A line of one empty cell would be no line at all.
  return `${text === "" ? '""' : text}\r\n`;
}

/** What stands before the first line. */
export const start = (options: CsvOptions): string => (options.hasByteOrderMark ? "\ufeff" : "");

/** A name for a file that every system takes, made from what people call a list. */
export function fileName(label: string, now: Date): string {
  const name = label
    .normalize("NFKD")
    .replace(/[^A-Za-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 60);
  return `${name || "answer"}-${now.toISOString().slice(0, 10)}.csv`;
}
