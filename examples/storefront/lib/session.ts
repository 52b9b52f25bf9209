// What the page knows of its session: when it must be renewed and when it ends. The tokens are in cookies that no
// script can read.

import { graphql } from "@/gql";
import { ask } from "./ask";

const KEY = "session-times";
const ENDED = "session-ended";
const MARGIN = 30_000;
const PAUSE = 2_500;

type Times = { renewAt: number; endsAt: number };

/** What every answer has that begins or renews a session. */
type Grant = { accessTokenExpiresAt?: string | null; refreshTokenExpiresAt?: string | null };

const RenewSession = graphql(`
  mutation RenewSession {
    sessionRefresh {
      accessTokenExpiresAt
      refreshTokenExpiresAt
      userErrors {
        code
      }
    }
  }
`);

/** Notes a session, if the answer began one. The clocks of this machine and of the service may differ. */
export function note(data: object, servedAt: number): void {
  for (const payload of Object.values(data) as (Grant | null)[]) {
    const { accessTokenExpiresAt: access, refreshTokenExpiresAt: refresh } = payload ?? {};
    if (access && refresh) {
      const local = (moment: string) => Date.now() + Date.parse(moment) - servedAt;
      const times: Times = { renewAt: local(access) - MARGIN, endsAt: local(refresh) };
      localStorage.setItem(KEY, JSON.stringify(times));
    }
  }
}

export function forget(): void {
  localStorage.removeItem(KEY);
}

/** Calls back when the session has ended by itself, and when another tab logs in or out. */
export function onChange(changed: () => void): () => void {
  const inOtherTab = ({ key, oldValue, newValue }: StorageEvent) => {
    if (key === KEY && (oldValue === null) !== (newValue === null)) changed();
  };
  addEventListener("storage", inOtherTab);
  addEventListener(ENDED, changed);
  return () => {
    removeEventListener("storage", inOtherTab);
    removeEventListener(ENDED, changed);
  };
}

/** Renews the session when its access token is about to end. */
export async function renewWhenDue(): Promise<void> {
  const times = read();
  if (times && times.renewAt <= Date.now()) await renew();
}

/**
 * Renews the session, once for all tabs: a refresh token is good for one use. Whoever comes while another tab is at it
 * waits for that one and has its tokens, which are cookies. (What that tab has noted may be seen here a moment later.)
 */
export async function renew(): Promise<void> {
  if (!read()) return;
  await navigator.locks.request(KEY, { ifAvailable: true }, async (lock) => {
    if (!lock) return navigator.locks.request(KEY, () => {});
    for (const pause of [PAUSE, null]) {
      const { data, servedAt } = await ask(RenewSession);
      const code = data.sessionRefresh?.userErrors[0]?.code;
      if (!code) return note(data, servedAt);
      // The answer to the last renewal was lost on its way: a moment later it may be asked for once more.
      if (code !== "CONFLICT" || pause === null) break;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
    forget();
    dispatchEvent(new Event(ENDED));
  });
}

function read(): Times | null {
  try {
    const times = JSON.parse(localStorage.getItem(KEY) ?? "null") as Times | null;
    return times && times.endsAt > Date.now() ? times : null;
  } catch {
    return null;
  }
}
