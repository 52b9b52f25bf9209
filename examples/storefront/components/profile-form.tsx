"use client";

import { useQueryClient } from "@tanstack/react-query";
import { type FragmentType, graphql, readFragment } from "@/gql";
import { MINE } from "@/lib/me";
import { complaints } from "@/lib/problems";
import { request } from "@/lib/request";
import { text } from "@/lib/text";
import { Field, Form, Label, useField } from "./form";
import { useNotice } from "./notice";

const ProfileFormFragment = graphql(`
  fragment ProfileForm on Customer {
    email
    firstName
    lastName
    companyName
    phone
    locale
    version
  }
`);

const ChangeProfile = graphql(`
  mutation ChangeProfile($input: ProfileUpdateInput!) {
    profileUpdate(input: $input) {
      customer {
        id
        version
      }
      userErrors {
        ...Problems
      }
    }
  }
`);

const LANGUAGES = [
  ["en", "English"],
  ["de", "Deutsch"],
] as const;

export function ProfileForm(props: { customer: FragmentType<typeof ProfileFormFragment> }) {
  const customer = readFragment(ProfileFormFragment, props.customer);
  const client = useQueryClient();
  const say = useNotice();

  async function save(form: FormData) {
    const input = {
      firstName: text(form, "firstName"),
      lastName: text(form, "lastName"),
      companyName: text(form, "companyName"),
      phone: text(form, "phone"),
      locale: text(form, "locale"),
      // Who changed the profile elsewhere in the meantime is told, and not overwritten.
      expectedVersion: customer.version,
    };
    const { profileUpdate } = await request(ChangeProfile, { input });
    if (profileUpdate?.customer) {
      await client.invalidateQueries({ queryKey: [MINE] });
      say("Your profile is saved.");
    }
    return complaints(profileUpdate?.userErrors);
  }

  return (
    <Form save={save} fields={["firstName", "lastName", "companyName", "phone", "locale"]} button="Save">
      <dl className="facts">
        <dt>E-mail address</dt>
        <dd>{customer.email}</dd>
      </dl>
      <div className="pair">
        <Field
          name="firstName"
          label="First name"
          autoComplete="given-name"
          defaultValue={customer.firstName ?? ""}
        />
        <Field
          name="lastName"
          label="Last name"
          autoComplete="family-name"
          defaultValue={customer.lastName ?? ""}
        />
      </div>
      <Field
        name="companyName"
        label="Company"
        autoComplete="organization"
        defaultValue={customer.companyName ?? ""}
      />
      <Field name="phone" label="Phone" type="tel" autoComplete="tel" defaultValue={customer.phone ?? ""} />
      <Language value={customer.locale ?? null} />
    </Form>
  );
}

function Language({ value }: { value: string | null }) {
  const field = useField("locale", "In which we write to you.");
  const isListed = value === null || LANGUAGES.some(([code]) => code === value);
  return (
    <div className="field">
      <Label id={field.id} label="Language" />
      <select {...field.control} defaultValue={value ?? ""}>
        <option value="">No preference</option>
        {LANGUAGES.map(([code, name]) => (
          <option key={code} value={code}>
            {name}
          </option>
        ))}
        {!isListed && <option value={value}>{value}</option>}
      </select>
      {field.below}
    </div>
  );
}
