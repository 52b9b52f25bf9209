"use client";

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { ShopError } from "@/lib/ask";
import { Notices } from "./notice";

/** Asking again helps only against what passes by itself. */
function isWorthRetrying(failures: number, error: unknown): boolean {
  const passes = error instanceof ShopError && ["OFFLINE", "INTERNAL"].includes(error.code);
  return passes && failures < 2;
}

export function Providers({ children }: { children: ReactNode }) {
  const [client] = useState(
    () => new QueryClient({ defaultOptions: { queries: { retry: isWorthRetrying, staleTime: 10_000 } } }),
  );
  return (
    <QueryClientProvider client={client}>
      <Notices>{children}</Notices>
    </QueryClientProvider>
  );
}
