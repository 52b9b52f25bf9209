import { type FragmentType, graphql, readFragment } from "@/gql";
import { ShopError } from "./ask";

export const Problems = graphql(`
  fragment Problems on UserError {
    code
    path
    message
  }
`);

/** A complaint about the input: at one of its fields, or, without a field, about the whole. */
export type Problem = { field: string | null; message: string };

/** What a mutation complains about; nothing when it was done. */
export function complaints(errors: readonly FragmentType<typeof Problems>[] | undefined): Problem[] {
  if (!errors) return [{ field: null, message: "Something went wrong on our side. Try again in a moment." }];
  return readFragment(Problems, errors).map(({ path, message }) => ({ field: path?.join(".") || null, message }));
}

export function ofError(error: unknown): Problem {
  const message = error instanceof ShopError ? error.message : "Something went wrong. Try again in a moment.";
  return { field: null, message };
}
