"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { graphql } from "@/gql";
import { request } from "./request";
import { onChange } from "./session";

const Me = graphql(`
  query Me {
    me {
      id
      displayName
      ...ProfileForm
      ...EmailNotice
    }
  }
`);

/** The first part of the name of all that belongs to the customer. */
export const MINE = "me";

/** The customer who is logged in: `null` for a stranger, `undefined` while that is not known. */
export function useMe() {
  const { data, error, refetch } = useQuery({ queryKey: [MINE, "profile"], queryFn: () => request(Me) });
  return { me: data && (data.me ?? null), error, retry: refetch };
}

/** Forgets everything about the customer when the session ends, here or in another tab. */
export function useForgetting() {
  const client = useQueryClient();
  useEffect(() => onChange(() => void client.resetQueries({ queryKey: [MINE] })), [client]);
}
