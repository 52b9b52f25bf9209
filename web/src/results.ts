// The last answer of each tab, for the bar below it and for its table.

import { useSyncExternalStore } from "react";

import type { Answer, Operation } from "./session";

export interface Result {
  operation: Operation;
  answer: Answer;
}

const results = new Map<string, Result>();
const listeners = new Set<() => void>();

export function keepResult(tab: string, result: Result | undefined): void {
  if (result) results.set(tab, result);
  else results.delete(tab);
  listeners.forEach((listener) => listener());
}

export function forgetResults(): void {
  results.clear();
  listeners.forEach((listener) => listener());
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useResult(tab: string | undefined): Result | undefined {
  return useSyncExternalStore(subscribe, () => (tab === undefined ? undefined : results.get(tab)));
}
