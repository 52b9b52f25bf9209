"use client";

import { useRouter } from "next/navigation";
import { Field, Form } from "@/components/form";
import { useNotice } from "@/components/notice";
import { Page, Waiting } from "@/components/page";
import { graphql } from "@/gql";
import { useMailToken } from "@/lib/mail-token";
import { complaints } from "@/lib/problems";
import { request } from "@/lib/request";
import { typed } from "@/lib/text";

const SetPassword = graphql(`
  mutation SetPassword($input: PasswordResetInput!) {
    passwordReset(input: $input) {
      isReset
      userErrors {
        ...Problems
      }
    }
  }
`);

export default function PasswordResetPage() {
  const token = useMailToken();
  const router = useRouter();
  const say = useNotice();

  async function save(form: FormData) {
    const input = { token: token ?? "", newPassword: typed(form, "newPassword") };
    const { passwordReset } = await request(SetPassword, { input });
    if (passwordReset?.isReset) {
      say("Your new password is set. Log in with it.", "/log-in");
      router.replace("/log-in");
    }
    return complaints(passwordReset?.userErrors);
  }

  return (
    <Page title="Set a new password">
      {token === undefined && <Waiting />}
      {token === null && <p>This link is not complete. Open the one in our mail.</p>}
      {token && (
        <Form save={save} fields={["newPassword"]} button="Set the password">
          <Field
            name="newPassword"
            label="New password"
            type="password"
            autoComplete="new-password"
            hint="Long rather than complicated: a few words that you can remember."
            required
          />
        </Form>
      )}
    </Page>
  );
}
