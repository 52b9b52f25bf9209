import assert from "node:assert/strict";
import { test } from "node:test";

import { cell, fileName, line, start } from "../src/csv";

const SAFE = { isFormulaSafe: true, hasByteOrderMark: false };
const PLAIN = { isFormulaSafe: false, hasByteOrderMark: false };

test("what a spreadsheet takes for a formula gets a quote before it", () => {
  const formulas = [
    "=1+1",
    "+49 441 1",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1",
    "\u200b=1",
    "\ufeff=1",
    "＝1",
    "＋1",
    "－1",
    "＠1",
    "-",
    '=HYPERLINK("http://x","y")',
    "=cmd|' /C calc'!A0",
  ];
  for (const text of formulas) {
    assert.equal(cell(text, SAFE), `"'${text.replaceAll('"', '""')}"`, JSON.stringify(text));
  }
});

test("a negative amount stays a number", () => {
  for (const text of ["-12.50", "-1", "12", "0.5"]) assert.equal(cell(text, SAFE), text);
});

test("quotes, separators and line ends are kept within a cell", () => {
  assert.equal(line(['say "hi"', "a,b", "a;b", "a\r\nb", " x ", "ä", ""], SAFE), '"say ""hi""","a,b","a;b","a\r\nb"," x ",ä,\r\n');
});

test("for programs every cell is as it is", () => {
  assert.equal(line(["=1", "+1", "@x"], PLAIN), "=1,+1,@x\r\n");
});

test("a line of one empty cell is a line", () => {
  assert.equal(line([""], SAFE), '""\r\n');
});

test("a file begins with a byte order mark where that is wanted", () => {
  assert.equal(start({ ...SAFE, hasByteOrderMark: true }), "\ufeff");
  assert.equal(start(SAFE), "");
});

test("every system takes the name of the file", () => {
  const now = new Date("2026-11-20T10:00:00Z");
  assert.equal(fileName("customers › addresses", now), "customers-addresses-2026-11-20.csv");
  assert.equal(fileName("../../\r\nx", now), "x-2026-11-20.csv");
  assert.equal(fileName("…", now), "answer-2026-11-20.csv");
});
