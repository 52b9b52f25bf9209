"use client";

import Link from "next/link";
import { Page, Waiting } from "@/components/page";
import { useMe } from "@/lib/me";

export default function Home() {
  const { me } = useMe();
  return (
    <Page title="Welcome">
      <p className="lead">Everything that you bought here, and where it goes.</p>
      {me === undefined && <Waiting />}
      {me && (
        <ul className="tiles">
          <li>
            <Link href="/account">
              <strong>Profile</strong>
              <span>What we call you, and how we reach you.</span>
            </Link>
          </li>
          <li>
            <Link href="/account/addresses">
              <strong>Addresses</strong>
              <span>Where goods and bills go.</span>
            </Link>
          </li>
          <li>
            <Link href="/account/orders">
              <strong>Orders</strong>
              <span>What you bought, and when.</span>
            </Link>
          </li>
        </ul>
      )}
      {me === null && (
        <p className="actions">
          <Link className="button" href="/sign-up">
            Open an account
          </Link>
          <Link href="/log-in">I have one already</Link>
        </p>
      )}
    </Page>
  );
}
