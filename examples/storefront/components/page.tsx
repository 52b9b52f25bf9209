import type { ReactNode } from "react";

export function Page({ title, children }: { title: string; children: ReactNode }) {
  return (
    <>
      <title>{`${title} – Corner Shop`}</title>
      <h1>{title}</h1>
      {children}
    </>
  );
}

export function Waiting() {
  return (
    <p className="waiting" aria-live="polite">
      One moment…
    </p>
  );
}

export function Failed({ error, retry }: { error: unknown; retry: () => unknown }) {
  return (
    <div className="problem-box" role="alert">
      <p>{error instanceof Error ? error.message : "Something went wrong."}</p>
      <button type="button" onClick={() => retry()}>
        Try again
      </button>
    </div>
  );
}
