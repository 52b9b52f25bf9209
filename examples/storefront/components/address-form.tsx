"use client";

import { useQuery } from "@tanstack/react-query";
import { type ComponentProps, useState } from "react";
import { graphql } from "@/gql";
import type { AddressField, AddressRulesOfCountryQuery } from "@/gql/graphql";
import { COUNTRIES } from "@/lib/countries";
import type { Problem } from "@/lib/problems";
import { request } from "@/lib/request";
import { text } from "@/lib/text";
import { Checkbox, Field, Form, Label, useField } from "./form";

const AddressRulesOfCountry = graphql(`
  query AddressRulesOfCountry($country: CountryCode!) {
    addressRules(countryCode: $country) {
      allowed
      required
      postalCodeExamples
      provinceKind
      provinces {
        code
        name
        latinName
      }
    }
  }
`);

type Rules = NonNullable<AddressRulesOfCountryQuery["addressRules"]>;
type InputProps = ComponentProps<typeof Field>;

/** The lines of an address: how they are called here, and how browsers fill them in. */
const LINES: Partial<Record<AddressField, InputProps>> = {
  FIRST_NAME: { name: "firstName", label: "First name", autoComplete: "given-name" },
  LAST_NAME: { name: "lastName", label: "Last name", autoComplete: "family-name" },
  COMPANY: { name: "company", label: "Company", autoComplete: "organization" },
  ADDRESS_1: { name: "address1", label: "Street and number", autoComplete: "address-line1" },
  ADDRESS_2: { name: "address2", label: "Apartment, suite, floor", autoComplete: "address-line2" },
  POSTAL_CODE: { name: "postalCode", label: "Postal code", autoComplete: "postal-code" },
  CITY: { name: "city", label: "City, town or village", autoComplete: "address-level2" },
  PROVINCE: { name: "province", label: "Province", autoComplete: "address-level1" },
};

const FIELDS = [
  "addressName",
  "countryCode",
  ...Object.values(LINES).map(({ name }) => name),
  "phone",
];

export type AddressValues = {
  addressName?: string | null;
  firstName?: string | null;
  lastName?: string | null;
  company?: string | null;
  address1?: string | null;
  address2?: string | null;
  postalCode?: string | null;
  city?: string | null;
  province?: string | null;
  provinceCode?: string | null;
  countryCode?: string | null;
  phone?: string | null;
  isDefaultShipping?: boolean;
  isDefaultBilling?: boolean;
};

/** What was filled in. A field that the country does not have is `null`, which clears it. */
export function addressInput(form: FormData) {
  return {
    addressName: text(form, "addressName"),
    countryCode: text(form, "countryCode"),
    firstName: text(form, "firstName"),
    lastName: text(form, "lastName"),
    company: text(form, "company"),
    address1: text(form, "address1"),
    address2: text(form, "address2"),
    postalCode: text(form, "postalCode"),
    city: text(form, "city"),
    province: text(form, "province"),
    phone: text(form, "phone"),
    isDefaultShipping: form.has("isDefaultShipping"),
    isDefaultBilling: form.has("isDefaultBilling"),
  };
}

/** The fields that an address in the chosen country has, in the order in which it is written there. */
export function AddressForm({
  values,
  button,
  save,
}: {
  values: AddressValues;
  button: string;
  save: (form: FormData) => Promise<Problem[]>;
}) {
  const [country, setCountry] = useState(values.countryCode ?? "");
  const { data } = useQuery({
    queryKey: ["address-rules", country],
    queryFn: () => request(AddressRulesOfCountry, { country }),
    enabled: country !== "",
    staleTime: Number.POSITIVE_INFINITY,
    // The old fields stay until the new ones are known, and so does what was typed into them.
    placeholderData: (before) => before,
  });
  const rules = data?.addressRules;
  return (
    <Form save={save} fields={FIELDS} button={button}>
      <Country value={country} change={setCountry} />
      {rules?.allowed.map((line) => <Line key={line} line={line} rules={rules} country={country} values={values} />)}
      {rules && (
        <>
          <Field name="phone" label="Phone" type="tel" autoComplete="tel" defaultValue={values.phone ?? ""} />
          <Field
            name="addressName"
            label="What you call it"
            hint="Such as Home, or Office."
            defaultValue={values.addressName ?? ""}
          />
          <fieldset>
            <legend>Use it</legend>
            <Checkbox name="isDefaultShipping" label="for deliveries" isOn={values.isDefaultShipping} />
            <Checkbox name="isDefaultBilling" label="for bills" isOn={values.isDefaultBilling} />
          </fieldset>
        </>
      )}
    </Form>
  );
}

function Country({ value, change }: { value: string; change: (code: string) => void }) {
  const field = useField("countryCode");
  return (
    <div className="field">
      <Label id={field.id} label="Country" isRequired />
      <select
        {...field.control}
        autoComplete="country"
        required
        value={value}
        onChange={(event) => change(event.target.value)}
      >
        <option value="">Choose one</option>
        {COUNTRIES.map(({ code, name }) => (
          <option key={code} value={code}>
            {name}
          </option>
        ))}
      </select>
      {field.below}
    </div>
  );
}

type LineProps = { line: AddressField; rules: Rules; country: string; values: AddressValues };

function Line({ line, rules, country, values }: LineProps) {
  const input = LINES[line];
  if (!input) return null;
  const required = rules.required.includes(line);
  if (line === "PROVINCE") {
    const label = capitalized(rules.provinceKind);
    if (rules.provinces.length > 0) {
      const chosen = values.countryCode === country ? values.provinceCode : null;
      return <Province key={country} label={label} rules={rules} chosen={chosen ?? ""} isRequired={required} />;
    }
    return <Field {...input} label={label} required={required} defaultValue={values.province ?? ""} />;
  }
  const example = line === "POSTAL_CODE" ? rules.postalCodeExamples[0] : undefined;
  const value = values[input.name as keyof AddressValues];
  return (
    <Field
      {...input}
      required={required}
      hint={example && `Such as ${example}.`}
      defaultValue={typeof value === "string" ? value : ""}
    />
  );
}

type ProvinceProps = { label: string; rules: Rules; chosen: string; isRequired: boolean };

function Province({ label, rules, chosen, isRequired }: ProvinceProps) {
  const field = useField("province");
  return (
    <div className="field">
      <Label id={field.id} label={label} isRequired={isRequired} />
      <select {...field.control} autoComplete="address-level1" required={isRequired} defaultValue={chosen}>
        <option value="">{isRequired ? "Choose one" : "None"}</option>
        {rules.provinces.map(({ code, name, latinName }) => (
          <option key={code} value={code}>
            {latinName ? `${latinName} (${name})` : name}
          </option>
        ))}
      </select>
      {field.below}
    </div>
  );
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1).replaceAll("_", " ");
}
