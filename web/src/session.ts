// Who is asking. The tokens are cookies that no script can read; the header `Session-Mode` says so with each request,
// and is what a page of another site cannot send.

export interface Viewer {
  id: string;
  kind: "ANONYMOUS" | "CUSTOMER" | "STAFF";
  name: string;
  permissions: string[];
}

export interface Answer {
  status: number;
  body: { data?: unknown; errors?: { message: string; extensions?: { code?: string } }[]; extensions?: Record<string, unknown> };
  milliseconds: number;
  bytes: number;
  retryAfter: number;
}

export interface Operation {
  query: string;
  variables?: Record<string, unknown> | null;
  operationName?: string | null;
}

const HEADERS = {
  "content-type": "application/json",
  "session-mode": "cookie",
  "graphql-cost": "1",
};

/** Sends an operation as it is, for an answer in this media type. */
export function send(operation: Operation, accept: string, signal?: AbortSignal): Promise<Response> {
  return fetch("/graphql", {
    method: "POST",
    headers: { ...HEADERS, accept },
    credentials: "same-origin",
    cache: "no-store",
    redirect: "error",
    body: JSON.stringify(operation),
    ...(signal ? { signal } : {}),
  });
}

/** Sends an operation and reads the one answer to it. */
async function answerTo(operation: Operation, signal?: AbortSignal): Promise<Answer & { date: number }> {
  const began = performance.now();
  const response = await send(operation, "application/graphql-response+json, application/json", signal);
  const text = await response.text();
  let body: Answer["body"];
  try {
    body = JSON.parse(text) as Answer["body"];
  } catch {
    body = { errors: [{ message: `The service answered ${response.status} with something that is not JSON.` }] };
  }
  return {
    status: response.status,
    body,
    milliseconds: performance.now() - began,
    bytes: new TextEncoder().encode(text).length,
    retryAfter: Number(response.headers.get("retry-after") ?? "0"),
    date: Date.parse(response.headers.get("date") ?? "") || Date.now(),
  };
}

/** When the access token is to be renewed, on the clock of `performance`; `undefined` for nobody. */
let renewal: number | undefined;
let ended: () => void = () => {};

/** Calls back when a session turns out to be over. */
export function onSessionEnd(callback: () => void): void {
  ended = callback;
}

function noteExpiry(expires: unknown, date: number): void {
  const lifetime = typeof expires === "string" ? Date.parse(expires) - date : 60_000;
  // A timer of the browser may be late; a fifth of the time is left for that.
  renewal = performance.now() + Math.max(lifetime * 0.8, 5_000);
}

const RENEW = "mutation Renew { sessionRefresh { accessTokenExpiresAt userErrors { code } } }";

/** Renews the access token. A refresh token is good for one use, so the tabs of a browser take turns. */
async function renew(): Promise<boolean> {
  return navigator.locks.request("customer-graph session", async () => {
    const answer = await answerTo({ query: RENEW });
    const payload = (answer.body.data as { sessionRefresh?: { accessTokenExpiresAt?: string; userErrors: { code: string }[] } })
      ?.sessionRefresh;
    if (payload?.accessTokenExpiresAt) {
      noteExpiry(payload.accessTokenExpiresAt, answer.date);
      return true;
    }
    // Another tab renewed it a moment ago.
    if (payload?.userErrors.some((error) => error.code === "CONFLICT")) {
      noteExpiry(undefined, answer.date);
      return true;
    }
    return false;
  });
}

/** Renews the session when it is time. */
export async function renewInTime(): Promise<void> {
  if (renewal !== undefined && performance.now() > renewal && !(await renew())) {
    renewal = undefined;
    ended();
  }
}

/** Sends an operation in the session, which is renewed when it is time. */
export async function ask(operation: Operation, signal?: AbortSignal): Promise<Answer> {
  await renewInTime();
  const answer = await answerTo(operation, signal);
  if (answer.status !== 401 || renewal === undefined) return answer;
  // The token was not taken, so nothing was done yet.
  if (await renew()) return answerTo(operation, signal);
  renewal = undefined;
  ended();
  return answer;
}

const WHO =
  "query WhoAmI { viewer { kind permissions customer { id displayName } staffUser { id name email } } }";

interface Who {
  viewer: {
    kind: Viewer["kind"];
    permissions: string[];
    customer: { id: string; displayName: string } | null;
    staffUser: { id: string; name: string | null; email: string } | null;
  };
}

async function who(): Promise<Viewer> {
  const { body } = await answerTo({ query: WHO });
  const viewer = (body.data as Who | undefined)?.viewer;
  const person = viewer?.staffUser ?? viewer?.customer;
  if (!viewer || !person) return { id: "", kind: "ANONYMOUS", name: "", permissions: [] };
  const name = "displayName" in person ? person.displayName : (person.name ?? person.email);
  return { id: person.id, kind: viewer.kind, name, permissions: viewer.permissions };
}

/** Who is logged in when the page is opened. */
export async function current(): Promise<Viewer> {
  // The renewal tells when the next one is due; without a session it is refused, and nothing is lost.
  const isKnown = await renew();
  return isKnown ? who() : { id: "", kind: "ANONYMOUS", name: "", permissions: [] };
}

export type LogIn =
  | { outcome: "in"; viewer: Viewer }
  | { outcome: "second factor"; token: string }
  | { outcome: "refused"; message: string };

interface Grant {
  accessTokenExpiresAt: string | null;
  mfaToken?: string | null;
  userErrors: { code: string; message: string }[];
}

async function entered(answer: Awaited<ReturnType<typeof answerTo>>, field: string): Promise<LogIn> {
  const grant = (answer.body.data as Record<string, Grant | null> | undefined)?.[field];
  if (grant?.mfaToken) return { outcome: "second factor", token: grant.mfaToken };
  if (!grant?.accessTokenExpiresAt) {
    const error = grant?.userErrors[0] ?? answer.body.errors?.[0];
    return { outcome: "refused", message: error?.message ?? "The service does not answer." };
  }
  noteExpiry(grant.accessTokenExpiresAt, answer.date);
  const viewer = await who();
  if (viewer.kind === "ANONYMOUS") {
    renewal = undefined;
    const message = "The browser did not keep the session. Open this page over https, or on localhost.";
    return { outcome: "refused", message };
  }
  return { outcome: "in", viewer };
}

export async function logIn(email: string, password: string, actor: "STAFF" | "CUSTOMER"): Promise<LogIn> {
  const query =
    "mutation LogIn($input: SessionCreateInput!) { sessionCreate(input: $input) { accessTokenExpiresAt mfaToken userErrors { code message } } }";
  return entered(await answerTo({ query, variables: { input: { email, password, actor } } }), "sessionCreate");
}

/** The second step: six digits of an app, or a recovery code. */
export async function verify(mfaToken: string, typed: string): Promise<LogIn> {
  const query =
    "mutation SecondFactor($input: SessionVerifyMfaInput!) { sessionVerifyMfa(input: $input) { accessTokenExpiresAt userErrors { code message } } }";
  const digits = typed.replace(/\s/g, "");
  const input = /^\d{6}$/.test(digits) ? { mfaToken, code: digits } : { mfaToken, recoveryCode: typed.trim() };
  return entered(await answerTo({ query, variables: { input } }), "sessionVerifyMfa");
}

export async function logOut(): Promise<void> {
  await answerTo({ query: "mutation LogOut { sessionEnd { endedCount } }" });
  renewal = undefined;
}
