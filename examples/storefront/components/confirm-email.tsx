"use client";

import { useQueryClient } from "@tanstack/react-query";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { graphql } from "@/gql";
import { useMailToken } from "@/lib/mail-token";
import { complaints } from "@/lib/problems";
import { request } from "@/lib/request";
import { Form } from "./form";
import { useNotice } from "./notice";
import { Page, Waiting } from "./page";

const ConfirmEmail = graphql(`
  mutation ConfirmEmail($input: EmailVerificationConfirmInput!) {
    emailVerificationConfirm(input: $input) {
      accessTokenExpiresAt
      refreshTokenExpiresAt
      isVerified
      needsPassword
      userErrors {
        ...Problems
      }
    }
  }
`);

/** The page to which the link of a registration leads. A button, because programs that read mail open links, too. */
export function ConfirmEmailPage() {
  const token = useMailToken();
  const client = useQueryClient();
  const router = useRouter();
  const say = useNotice();
  const [next, setNext] = useState<"log-in" | "password" | null>(null);

  async function confirm() {
    // The ticket of the registration comes along as a cookie: it shows that it was this browser that typed the password.
    const { emailVerificationConfirm: answer } = await request(ConfirmEmail, { input: { token: token ?? "" } });
    if (answer?.isVerified) {
      await client.resetQueries();
      if (answer.accessTokenExpiresAt) {
        say("Your e-mail address is confirmed. Welcome!", "/account");
        router.replace("/account");
      } else {
        setNext(answer.needsPassword ? "password" : "log-in");
      }
    }
    return complaints(answer?.userErrors);
  }

  if (next !== null) {
    return (
      <Page title="Your e-mail address is confirmed">
        {next === "log-in" ? (
          <p className="actions">
            <Link className="button" href="/account">
              To your account
            </Link>
          </p>
        ) : (
          <p>
            This is not the browser in which the account was asked for, so the password that was typed there does not
            count. <Link href="/forgotten-password">Choose one</Link>, and you are done.
          </p>
        )}
      </Page>
    );
  }
  return (
    <Page title="Confirm your e-mail address">
      {token === undefined && <Waiting />}
      {token === null && <p>This link is not complete. Open the one in our mail.</p>}
      {token && (
        <Form save={confirm} fields={[]} button="Confirm">
          <p className="lead">One click, and we know that the address is yours.</p>
        </Form>
      )}
    </Page>
  );
}
