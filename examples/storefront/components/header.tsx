"use client";

import { useQueryClient } from "@tanstack/react-query";
import Link from "next/link";
import { usePathname, useRouter } from "next/navigation";
import { useEffect, useState } from "react";
import { graphql } from "@/gql";
import { useForgetting, useMe } from "@/lib/me";
import { request } from "@/lib/request";
import { forget } from "@/lib/session";
import { useNotice } from "./notice";

const LogOut = graphql(`
  mutation LogOut {
    sessionEnd {
      endedCount
    }
  }
`);

export function Header() {
  const { me } = useMe();
  useForgetting();
  return (
    <header className="site">
      <Link href="/" className="brand">
        Corner Shop
      </Link>
      <nav aria-label="Account">
        {me && (
          <>
            <Link href="/account">{me.displayName}</Link>
            <LogOutButton />
          </>
        )}
        {me === null && (
          <>
            <Link href="/log-in">Log in</Link>
            <Link href="/sign-up">Sign up</Link>
          </>
        )}
      </nav>
    </header>
  );
}

function LogOutButton() {
  const client = useQueryClient();
  const router = useRouter();
  const path = usePathname();
  const say = useNotice();
  const [isLeaving, setLeaving] = useState(false);

  // Only when the pages of the account are left is the customer forgotten: those would ask to log in again.
  useEffect(() => {
    if (isLeaving && path === "/") void client.resetQueries();
  }, [isLeaving, path, client]);

  async function logOut() {
    try {
      await request(LogOut);
    } catch {
      say("You could not be logged out. Try again in a moment.");
      return;
    }
    forget();
    say("You are logged out.", "/");
    setLeaving(true);
    router.push("/");
  }
  return (
    <button type="button" className="quiet" onClick={logOut}>
      Log out
    </button>
  );
}
