"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { AddressForm, addressInput } from "@/components/address-form";
import { useNotice } from "@/components/notice";
import { Page } from "@/components/page";
import { graphql } from "@/gql";
import { MINE } from "@/lib/me";
import { complaints } from "@/lib/problems";
import { request } from "@/lib/request";

const AddAddress = graphql(`
  mutation AddAddress($input: AddressCreateInput!) {
    addressCreate(input: $input) {
      address {
        id
      }
      userErrors {
        ...Problems
      }
    }
  }
`);

export default function NewAddressPage() {
  const client = useQueryClient();
  const router = useRouter();
  const say = useNotice();
  // However often the button is pressed or the network fails, this makes one address.
  const [idempotencyKey] = useState(() => crypto.randomUUID());

  async function save(form: FormData) {
    const { addressCreate } = await request(AddAddress, { input: { ...addressInput(form), idempotencyKey } });
    if (addressCreate?.address) {
      await client.invalidateQueries({ queryKey: [MINE, "addresses"] });
      say("Your address is saved.", "/account/addresses");
      router.push("/account/addresses");
    }
    return complaints(addressCreate?.userErrors);
  }

  return (
    <Page title="New address">
      <AddressForm values={{}} button="Save the address" save={save} />
    </Page>
  );
}
