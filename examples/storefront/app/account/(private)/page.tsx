"use client";

import { EmailNotice } from "@/components/email-notice";
import { Page } from "@/components/page";
import { ProfileForm } from "@/components/profile-form";
import { useMe } from "@/lib/me";

export default function ProfilePage() {
  const { me } = useMe();
  return (
    <Page title="Profile">
      {me && (
        <>
          <EmailNotice customer={me} />
          <ProfileForm customer={me} />
        </>
      )}
    </Page>
  );
}
