import type { TypedDocumentString } from "@/gql/graphql";

/** What went wrong, in words for whoever sits before the page. */
export class ShopError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
    this.name = "ShopError";
  }
}

export type Variables<V> = V extends Record<string, never> ? [] : [variables: V];

type Answer<R> = { data: R; servedAt: number };

/** Sends one document by its hash. Throws what is not an answer; complaints about the input are part of the answer. */
export async function ask<R, V>(
  document: TypedDocumentString<R, V>,
  ...[variables]: Variables<V>
): Promise<Answer<R>> {
  const response = await fetch("/graphql", {
    method: "POST",
    headers: {
      accept: "application/graphql-response+json",
      "content-type": "application/json",
      "session-mode": "cookie",
    },
    body: JSON.stringify({ documentId: document.__meta__?.["hash"], variables }),
  }).catch(() => {
    throw new ShopError("OFFLINE", "The shop cannot be reached. Are you online?");
  });
  const answer = await response.json().catch(() => null);
  const error = answer?.errors?.[0];
  if (response.status === 429) {
    const seconds = Number(response.headers.get("retry-after") ?? 60);
    throw new ShopError("RATE_LIMITED", `That was too often. Try again in ${inWords(seconds)}.`);
  }
  if (error || !answer?.data) {
    throw new ShopError(error?.extensions?.code ?? "INTERNAL", worded(error?.extensions?.code));
  }
  const date = Date.parse(response.headers.get("date") ?? "");
  return { data: answer.data, servedAt: Number.isNaN(date) ? Date.now() : date };
}

function worded(code: string | undefined): string {
  switch (code) {
    case "UNAUTHENTICATED":
      return "Log in first.";
    case "FORBIDDEN":
      return "This is not for your account.";
    case "BAD_USER_INPUT":
      return "The shop did not understand this. Load the page again and retry.";
    default:
      return "Something went wrong on our side. Try again in a moment.";
  }
}

function inWords(seconds: number): string {
  const minutes = Math.ceil(seconds / 60);
  return seconds < 60 ? "a moment" : minutes === 1 ? "a minute" : `${minutes} minutes`;
}
