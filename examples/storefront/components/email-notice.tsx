"use client";

import { useState } from "react";
import { type FragmentType, graphql, readFragment } from "@/gql";
import { complaints, ofError } from "@/lib/problems";
import { request } from "@/lib/request";

const EmailNoticeFragment = graphql(`
  fragment EmailNotice on Customer {
    email
    emailVerifiedAt
  }
`);

const SendEmailLink = graphql(`
  mutation SendEmailLink($input: EmailVerificationRequestInput!) {
    emailVerificationRequest(input: $input) {
      isAccepted
      userErrors {
        ...Problems
      }
    }
  }
`);

/** For who has not proven their e-mail address yet. */
export function EmailNotice(props: { customer: FragmentType<typeof EmailNoticeFragment> }) {
  const { email, emailVerifiedAt } = readFragment(EmailNoticeFragment, props.customer);
  const [answer, setAnswer] = useState("");
  if (!email || emailVerifiedAt) return null;

  async function send(address: string) {
    try {
      const { emailVerificationRequest } = await request(SendEmailLink, { input: { email: address } });
      const [problem] = complaints(emailVerificationRequest?.userErrors);
      setAnswer(problem?.message ?? "It is on its way.");
    } catch (error) {
      setAnswer(ofError(error).message);
    }
  }

  return (
    <div className="hint-box">
      <p>
        Please open the link in our mail to {email}, so that we know that the address is yours.{" "}
        <button type="button" className="link" onClick={() => send(email)}>
          Send the mail again
        </button>
      </p>
      <p role="status">{answer}</p>
    </div>
  );
}
