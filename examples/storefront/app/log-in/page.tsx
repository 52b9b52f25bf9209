"use client";

import { useQueryClient } from "@tanstack/react-query";
import Link from "next/link";
import { useRouter, useSearchParams } from "next/navigation";
import { Suspense, useState } from "react";
import { Field, Form } from "@/components/form";
import { Page } from "@/components/page";
import { graphql } from "@/gql";
import { complaints } from "@/lib/problems";
import { request } from "@/lib/request";
import { typed } from "@/lib/text";

const LogIn = graphql(`
  mutation LogIn($input: SessionCreateInput!) {
    sessionCreate(input: $input) {
      accessTokenExpiresAt
      refreshTokenExpiresAt
      mfaToken
      userErrors {
        ...Problems
      }
    }
  }
`);

const LogInWithCode = graphql(`
  mutation LogInWithCode($input: SessionVerifyMfaInput!) {
    sessionVerifyMfa(input: $input) {
      accessTokenExpiresAt
      refreshTokenExpiresAt
      userErrors {
        ...Problems
      }
    }
  }
`);

export default function LogInPage() {
  return (
    <Page title="Log in">
      <Suspense>
        <LogInForms />
      </Suspense>
    </Page>
  );
}

function LogInForms() {
  const client = useQueryClient();
  const router = useRouter();
  const next = ofThisShop(useSearchParams().get("next"));
  const [challenge, setChallenge] = useState<string | null>(null);

  async function enter() {
    await client.resetQueries();
    router.replace(next);
  }

  async function logIn(form: FormData) {
    const input = { email: typed(form, "email"), password: typed(form, "password") };
    const { sessionCreate } = await request(LogIn, { input });
    if (sessionCreate?.mfaToken) {
      setChallenge(sessionCreate.mfaToken);
      return [];
    }
    if (sessionCreate?.accessTokenExpiresAt) await enter();
    return complaints(sessionCreate?.userErrors);
  }

  async function giveCode(form: FormData) {
    const code = typed(form, "code").replaceAll(" ", "");
    const given = /^\d{6}$/.test(code) ? { code } : { recoveryCode: code };
    const { sessionVerifyMfa } = await request(LogInWithCode, { input: { mfaToken: challenge ?? "", ...given } });
    if (sessionVerifyMfa?.accessTokenExpiresAt) await enter();
    return complaints(sessionVerifyMfa?.userErrors).map((problem) => ({ ...problem, field: "code" }));
  }

  if (challenge !== null) {
    return (
      <Form key="code" save={giveCode} fields={["code"]} button="Go on">
        <Field
          name="code"
          label="Code"
          autoComplete="one-time-code"
          hint="The six digits that your app shows, or a recovery code."
          autoFocus
          required
        />
      </Form>
    );
  }
  return (
    <>
      <Form key="password" save={logIn} fields={["email", "password"]} button="Log in">
        <Field name="email" label="E-mail address" type="email" autoComplete="username" required />
        <Field name="password" label="Password" type="password" autoComplete="current-password" required />
      </Form>
      <p>
        <Link href="/forgotten-password">Forgotten your password?</Link> You have no account?{" "}
        <Link href="/sign-up">Open one.</Link>
      </p>
    </>
  );
}

/** Where to go on; never to another site, whatever a link says. */
function ofThisShop(next: string | null): string {
  return next !== null && /^\/account(\/[\w-]+)*$/.test(next) ? next : "/account";
}
