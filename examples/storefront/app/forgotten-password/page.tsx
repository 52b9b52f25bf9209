"use client";

import { useState } from "react";
import { Field, Form } from "@/components/form";
import { Page } from "@/components/page";
import { graphql } from "@/gql";
import { complaints } from "@/lib/problems";
import { request } from "@/lib/request";
import { typed } from "@/lib/text";

const AskForPassword = graphql(`
  mutation AskForPassword($input: PasswordResetRequestInput!) {
    passwordResetRequest(input: $input) {
      isAccepted
      userErrors {
        ...Problems
      }
    }
  }
`);

export default function ForgottenPasswordPage() {
  const [email, setEmail] = useState<string | null>(null);

  async function save(form: FormData) {
    const input = { email: typed(form, "email") };
    const { passwordResetRequest } = await request(AskForPassword, { input });
    if (passwordResetRequest?.isAccepted) setEmail(input.email);
    return complaints(passwordResetRequest?.userErrors);
  }

  if (email !== null) {
    return (
      <Page title="Look for our mail">
        <p className="lead">
          If <strong>{email}</strong> has an account here, a mail with a link is on its way.
        </p>
      </Page>
    );
  }
  return (
    <Page title="Set a new password">
      <Form save={save} fields={["email"]} button="Send me a link">
        <Field name="email" label="E-mail address" type="email" autoComplete="username" required />
      </Form>
    </Page>
  );
}
