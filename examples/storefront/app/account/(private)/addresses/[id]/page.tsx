"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import Link from "next/link";
import { useParams, useRouter } from "next/navigation";
import { AddressForm, addressInput } from "@/components/address-form";
import { useNotice } from "@/components/notice";
import { Failed, Page, Waiting } from "@/components/page";
import { graphql } from "@/gql";
import { MINE } from "@/lib/me";
import { complaints } from "@/lib/problems";
import { request } from "@/lib/request";

const AddressToChange = graphql(`
  query AddressToChange($id: ID!) {
    address(id: $id) {
      id
      addressName
      firstName
      lastName
      company
      address1
      address2
      postalCode
      city
      province
      provinceCode
      countryCode
      phone
      isDefaultShipping
      isDefaultBilling
      version
    }
  }
`);

const ChangeAddress = graphql(`
  mutation ChangeAddress($input: AddressUpdateInput!) {
    addressUpdate(input: $input) {
      address {
        id
      }
      userErrors {
        ...Problems
      }
    }
  }
`);

export default function ChangeAddressPage() {
  const { id } = useParams<{ id: string }>();
  const client = useQueryClient();
  const router = useRouter();
  const say = useNotice();
  const { data, error, refetch } = useQuery({
    queryKey: [MINE, "addresses", id],
    queryFn: () => request(AddressToChange, { id }),
    // The form is filled in once, with what is there now.
    staleTime: 0,
    gcTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
  const address = data?.address;

  async function save(form: FormData) {
    const input = { ...addressInput(form), id, expectedVersion: address?.version };
    const { addressUpdate } = await request(ChangeAddress, { input });
    if (addressUpdate?.address) {
      say("Your address is saved.", "/account/addresses");
      router.push("/account/addresses");
      await client.invalidateQueries({ queryKey: [MINE, "addresses"], exact: true });
    }
    return complaints(addressUpdate?.userErrors);
  }

  return (
    <Page title="Change an address">
      {error && <Failed error={error} retry={refetch} />}
      {!error && !data && <Waiting />}
      {data && !address && (
        <p>
          You have no such address. <Link href="/account/addresses">All addresses</Link>
        </p>
      )}
      {address && <AddressForm values={address} button="Save the address" save={save} />}
    </Page>
  );
}
