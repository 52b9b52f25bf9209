// Subscriptions: a stream of events as the answer to a request, with the cookies and headers of every other one.

import { type Answer, type Operation, renewInTime, send } from "./session";

interface Observer {
  next(answer: Answer["body"]): void;
  error(error: unknown): void;
  complete(): void;
}

/** What GraphiQL knows as a subscription. */
export interface Observable {
  subscribe(observer: Observer): { unsubscribe(): void };
}

/** The events in a text, and what is left of it. */
export function eventsIn(text: string): { events: { name: string; data: string }[]; rest: string } {
  const parts = text.split("\n\n");
  const rest = parts.pop() ?? "";
  const events = parts.map((part) => {
    const field = (name: string) =>
      part
        .split("\n")
        .filter((line) => line.startsWith(`${name}:`))
        .map((line) => line.slice(name.length + 1).trimStart())
        .join("\n");
    return { name: field("event"), data: field("data") };
  });
  // What has no name is there to keep the connection open.
  return { events: events.filter(({ name }) => name !== ""), rest };
}

/** Passes on an answer. Where a stream ends without saying so, it was cut off, and there may be more. */
export async function read(response: Response, observer: Observer): Promise<void> {
  if (!response.headers.get("content-type")?.startsWith("text/event-stream") || !response.body) {
    observer.next((await response.json()) as Answer["body"]);
    return;
  }
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) throw new Error("The connection broke. Listen again, and read anew what you know.");
    const found = eventsIn(rest + value);
    rest = found.rest;
    for (const { name, data } of found.events) {
      if (name === "next") observer.next(JSON.parse(data) as Answer["body"]);
      if (name === "complete") return;
    }
  }
}

/** Listens until it is told to stop. */
export function listen(operation: Operation): Observable {
  return {
    subscribe(observer) {
      const control = new AbortController();
      renewInTime()
        .then(() => send(operation, "text/event-stream", control.signal))
        .then((response) => read(response, observer))
        .then(
          () => observer.complete(),
          (error: unknown) => {
            if (!control.signal.aborted) observer.error(error);
          },
        );
      return { unsubscribe: () => control.abort() };
    },
  };
}
