import documents from "@/gql/persisted-documents.json";

// The way from the browser to the service. It lets through what this shop asks and nothing else, and never looks at a
// token: the service sets its cookies through here, and the browser brings them back.

const SERVICE = process.env.GRAPHQL_URL ?? "http://127.0.0.1:4000/graphql";
const PATIENCE_MILLISECONDS = 15_000;
const LARGEST_BODY = 64 * 1024;
const COOKIES = new Set(["__Host-access-token", "__Host-refresh-token", "__Host-registration-ticket"]);
const PASSED_ON = ["accept", "accept-language", "user-agent", "x-forwarded-for"];
const PASSED_BACK = ["content-type", "retry-after", "x-request-id"];

type Asked = { documentId: string; variables?: Record<string, unknown> };

export async function POST(request: Request) {
  // A page of another site can send a form here, but not a header of its own making. And without this header the
  // service would answer a log-in with the tokens themselves, for a script to read.
  if (request.headers.get("session-mode") !== "cookie") {
    return refuse(403, "FORBIDDEN", "Send Session-Mode: cookie.");
  }
  const asked = await read(request);
  const query = asked && (documents as Record<string, string>)[asked.documentId];
  if (!query) {
    return refuse(400, "BAD_USER_INPUT", "Ask one of the documents of this shop.");
  }
  const headers = new Headers({ "content-type": "application/json", "session-mode": "cookie" });
  for (const name of PASSED_ON) {
    const value = request.headers.get(name);
    if (value) headers.set(name, value);
  }
  const cookies = ours(request.headers.get("cookie") ?? "");
  if (cookies) headers.set("cookie", cookies);
  try {
    const answer = await fetch(SERVICE, {
      method: "POST",
      headers,
      body: JSON.stringify({ query, variables: asked.variables ?? {} }),
      cache: "no-store",
      redirect: "error",
      signal: AbortSignal.timeout(PATIENCE_MILLISECONDS),
    });
    return new Response(answer.body, { status: answer.status, headers: back(answer.headers) });
  } catch {
    return refuse(502, "INTERNAL", "The shop is not available. Try again in a moment.");
  }
}

async function read(request: Request): Promise<Asked | null> {
  if (Number(request.headers.get("content-length") ?? LARGEST_BODY + 1) > LARGEST_BODY) return null;
  const body: unknown = await request.json().catch(() => null);
  if (typeof body !== "object" || body === null || !("documentId" in body)) return null;
  const isKnown = typeof body.documentId === "string" && Object.hasOwn(documents, body.documentId);
  return isKnown ? (body as Asked) : null;
}

/** Of all cookies of this host, those that are for the service. */
function ours(header: string): string {
  const pairs = header.split(";").map((pair) => pair.trim());
  return pairs.filter((pair) => COOKIES.has(pair.split("=", 1)[0] ?? "")).join("; ");
}

function back(from: Headers): Headers {
  const headers = new Headers({ "cache-control": "no-store" });
  for (const name of PASSED_BACK) {
    const value = from.get(name);
    if (value) headers.set(name, value);
  }
  for (const cookie of from.getSetCookie()) headers.append("set-cookie", cookie);
  return headers;
}

function refuse(status: number, code: string, message: string) {
  const headers = { "cache-control": "no-store" };
  return Response.json({ errors: [{ message, extensions: { code } }] }, { status, headers });
}
