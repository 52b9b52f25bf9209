"use client";

import { useEffect, useState } from "react";

/**
 * The token of a link in a mail: it stands behind the #, which browsers send to nobody. It is taken out of the address
 * at once, so that it stays neither in the history nor on the screen. `undefined` while that is not known.
 */
export function useMailToken(): string | null | undefined {
  const [token, setToken] = useState<string | null>();
  useEffect(() => {
    const found = new URLSearchParams(location.hash.slice(1)).get("token");
    if (found) history.replaceState(history.state, "", location.pathname);
    setToken((before) => found ?? before ?? null);
  }, []);
  return token;
}
