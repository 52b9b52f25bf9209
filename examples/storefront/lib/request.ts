import type { TypedDocumentString } from "@/gql/graphql";
import { ask, ShopError, type Variables } from "./ask";
import { note, renew, renewWhenDue } from "./session";

/** Asks the service, in the session that there is. */
export async function request<R, V>(document: TypedDocumentString<R, V>, ...variables: Variables<V>): Promise<R> {
  await renewWhenDue();
  const { data, servedAt } = await ask(document, ...variables).catch(async (error: unknown) => {
    // The access token has ended early. Nothing was done then, so it can be asked again: with a new one, or, if the
    // session has ended too, as a stranger.
    if (!(error instanceof ShopError && error.code === "UNAUTHENTICATED")) throw error;
    await renew();
    return ask(document, ...variables);
  });
  note(data as object, servedAt);
  return data;
}
