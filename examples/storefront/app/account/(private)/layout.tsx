"use client";

import Link from "next/link";
import { usePathname, useRouter } from "next/navigation";
import { type ReactNode, useEffect } from "react";
import { Failed, Waiting } from "@/components/page";
import { useMe } from "@/lib/me";

const PAGES = [
  ["/account", "Profile"],
  ["/account/addresses", "Addresses"],
  ["/account/orders", "Orders"],
] as const;

/** Sends strangers to the log-in. What protects the data is the service: without a session it answers nothing. */
export default function AccountLayout({ children }: { children: ReactNode }) {
  const { me, error, retry } = useMe();
  const path = usePathname();
  const router = useRouter();
  useEffect(() => {
    if (me === null) router.replace(`/log-in?next=${encodeURIComponent(path)}`);
  }, [me, path, router]);

  if (error) return <Failed error={error} retry={retry} />;
  if (!me) return <Waiting />;
  return (
    <div className="account">
      <nav aria-label="Your account">
        <ul>
          {PAGES.map(([page, name]) => (
            <li key={page}>
              <Link href={page} aria-current={isWithin(path, page) ? "page" : undefined}>
                {name}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      {/* Another customer, another page: nothing of the one before stays in a form. */}
      <div key={me.id}>{children}</div>
    </div>
  );
}

function isWithin(path: string, page: string): boolean {
  return path === page || (page !== "/account" && path.startsWith(`${page}/`));
}
