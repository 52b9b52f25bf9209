"use client";

import { useQueryClient } from "@tanstack/react-query";
import Link from "next/link";
import { useId, useRef, useState } from "react";
import { type FragmentType, graphql, readFragment } from "@/gql";
import { MINE } from "@/lib/me";
import { complaints, ofError, type Problem } from "@/lib/problems";
import { request } from "@/lib/request";
import { useNotice } from "./notice";

const AddressCardFragment = graphql(`
  fragment AddressCard on Address {
    id
    addressName
    formatted
    isDefaultShipping
    isDefaultBilling
    version
  }
`);

const SetDefaultAddress = graphql(`
  mutation SetDefaultAddress($input: AddressSetDefaultInput!) {
    addressSetDefault(input: $input) {
      address {
        id
      }
      userErrors {
        ...Problems
      }
    }
  }
`);

const DeleteAddress = graphql(`
  mutation DeleteAddress($input: AddressDeleteInput!) {
    addressDelete(input: $input) {
      deletedAddressId
      userErrors {
        ...Problems
      }
    }
  }
`);

export function AddressCard(props: { address: FragmentType<typeof AddressCardFragment> }) {
  const address = readFragment(AddressCardFragment, props.address);
  const { id, version, isDefaultShipping, isDefaultBilling } = address;
  const client = useQueryClient();
  const say = useNotice();
  const heading = useId();
  const question = useRef<HTMLDialogElement>(null);
  const [problem, setProblem] = useState("");
  const name = address.addressName ?? address.formatted[0] ?? "Address";

  async function change(done: string, write: () => Promise<Problem[]>) {
    const [first] = await write().catch((error: unknown) => [ofError(error)]);
    setProblem(first?.message ?? "");
    if (first) return;
    await client.invalidateQueries({ queryKey: [MINE, "addresses"] });
    say(done);
  }

  const setDefault = (use: { shipping?: true; billing?: true }) =>
    change("Your address is saved.", async () => {
      const { addressSetDefault } = await request(SetDefaultAddress, { input: { id, ...use } });
      return complaints(addressSetDefault?.userErrors);
    });

  const remove = () =>
    change("Your address is deleted.", async () => {
      const { addressDelete } = await request(DeleteAddress, { input: { id, expectedVersion: version } });
      return complaints(addressDelete?.userErrors);
    });

  return (
    <article className="card" aria-labelledby={heading}>
      <h2 id={heading}>{name}</h2>
      <address>
        {address.formatted.map((line, place) => (
          <span key={place}>{line}</span>
        ))}
      </address>
      {(isDefaultShipping || isDefaultBilling) && (
        <ul className="badges">
          {isDefaultShipping && <li>For deliveries</li>}
          {isDefaultBilling && <li>For bills</li>}
        </ul>
      )}
      {problem && (
        <p className="problem" role="alert">
          {problem}
        </p>
      )}
      <div className="actions">
        <Link href={`/account/addresses/${id}`} aria-label={`Change ${name}`}>
          Change
        </Link>
        {!isDefaultShipping && (
          <button type="button" className="link" onClick={() => setDefault({ shipping: true })}>
            Use for deliveries
          </button>
        )}
        {!isDefaultBilling && (
          <button type="button" className="link" onClick={() => setDefault({ billing: true })}>
            Use for bills
          </button>
        )}
        <button
          type="button"
          className="link"
          aria-label={`Delete ${name}`}
          onClick={() => question.current?.showModal()}
        >
          Delete
        </button>
      </div>
      <dialog ref={question} aria-label={`Delete ${name}?`}>
        <p>Delete {name}? Orders that went there are not changed.</p>
        <form method="dialog" className="actions">
          <button onClick={remove}>Delete</button>
          <button className="quiet">Keep it</button>
        </form>
      </dialog>
    </article>
  );
}
