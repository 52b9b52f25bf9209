"use client";

import Link from "next/link";
import { useState } from "react";
import { Field, Form } from "@/components/form";
import { Page } from "@/components/page";
import { graphql } from "@/gql";
import { complaints } from "@/lib/problems";
import { request } from "@/lib/request";
import { text, typed } from "@/lib/text";

const SignUp = graphql(`
  mutation SignUp($input: CustomerRegisterInput!) {
    customerRegister(input: $input) {
      isAccepted
      userErrors {
        ...Problems
      }
    }
  }
`);

export default function SignUpPage() {
  const [email, setEmail] = useState<string | null>(null);

  async function save(form: FormData) {
    const input = {
      firstName: text(form, "firstName"),
      lastName: text(form, "lastName"),
      email: typed(form, "email"),
      password: typed(form, "password"),
    };
    const { customerRegister } = await request(SignUp, { input });
    if (customerRegister?.isAccepted) setEmail(input.email);
    return complaints(customerRegister?.userErrors);
  }

  // The answer is the same whether or not there is an account with this address, and so is the page.
  if (email !== null) {
    return (
      <Page title="Look for our mail">
        <p className="lead">
          We wrote to <strong>{email}</strong>. Open the link in the mail in this browser, and you are done.
        </p>
        <p>
          Nothing there? Look among the junk, or{" "}
          <button type="button" className="link" onClick={() => setEmail(null)}>
            check the address
          </button>
          .
        </p>
      </Page>
    );
  }
  return (
    <Page title="Open an account">
      <Form save={save} fields={["firstName", "lastName", "email", "password"]} button="Open the account">
        <div className="pair">
          <Field name="firstName" label="First name" autoComplete="given-name" />
          <Field name="lastName" label="Last name" autoComplete="family-name" />
        </div>
        <Field name="email" label="E-mail address" type="email" autoComplete="username" required />
        <Field
          name="password"
          label="Password"
          type="password"
          autoComplete="new-password"
          hint="Long rather than complicated: a few words that you can remember."
          required
        />
      </Form>
      <p>
        You have one already? <Link href="/log-in">Log in.</Link>
      </p>
    </Page>
  );
}
