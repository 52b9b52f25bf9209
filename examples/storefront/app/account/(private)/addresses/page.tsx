"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { AddressCard } from "@/components/address-card";
import { Failed, Page, Waiting } from "@/components/page";
import { graphql } from "@/gql";
import { MINE } from "@/lib/me";
import { request } from "@/lib/request";

// As many as the shop allows one customer.
const Addresses = graphql(`
  query Addresses {
    me {
      id
      addresses(first: 100) {
        nodes {
          id
          ...AddressCard
        }
      }
    }
  }
`);

export default function AddressesPage() {
  const { data, error, refetch } = useQuery({
    queryKey: [MINE, "addresses"],
    queryFn: () => request(Addresses),
  });
  const addresses = data?.me?.addresses?.nodes;
  return (
    <Page title="Addresses">
      {error && <Failed error={error} retry={refetch} />}
      {!error && !addresses && <Waiting />}
      {addresses?.length === 0 && <p>You have none yet.</p>}
      {addresses && (
        <>
          <ul className="cards">
            {addresses.map((address) => (
              <li key={address.id}>
                <AddressCard address={address} />
              </li>
            ))}
          </ul>
          <p className="actions">
            <Link className="button" href="/account/addresses/new">
              Add an address
            </Link>
          </p>
        </>
      )}
    </Page>
  );
}
