// Saved queries, as the service keeps them.

import { type Answer, ask } from "./session";

export interface Audience {
  roleId: string;
  name: string;
}

export interface SavedQuery {
  id: string;
  name: string;
  description: string | null;
  document: string;
  variables: string | null;
  isOwn: boolean;
  owner: { name: string | null; email: string } | null;
  sharedWith: Audience[];
  version: number;
}

/** What of a query is written; what is left out stays as it is. */
export interface Draft {
  name?: string;
  description?: string | null;
  document?: string;
  variables?: string | null;
  sharedWithRoleIds?: string[];
}

const FIELDS =
  "id name description document variables isOwn owner { name email } sharedWith { roleId name } version";

/** All that there are; nobody keeps more than a few hundred. */
export async function readAll(): Promise<{ queries: SavedQuery[]; audiences: Audience[] }> {
  const query = `query SavedQueries($after: String) { savedQueries(first: 100, after: $after) { nodes { ${FIELDS} } pageInfo { hasNextPage endCursor } } savedQueryAudiences { roleId name } }`;
  const queries: SavedQuery[] = [];
  let after: string | null = null;
  for (;;) {
    const answer: Answer = await ask({ query, variables: { after } });
    const data = answer.body.data as
      | {
          savedQueries: { nodes: SavedQuery[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } } | null;
          savedQueryAudiences: Audience[] | null;
        }
      | undefined;
    if (!data?.savedQueries) throw new Error(answer.body.errors?.[0]?.message ?? "The service does not answer.");
    queries.push(...data.savedQueries.nodes);
    after = data.savedQueries.pageInfo.endCursor;
    if (!data.savedQueries.pageInfo.hasNextPage) return { queries, audiences: data.savedQueryAudiences ?? [] };
  }
}

async function write(mutation: string, input: Record<string, unknown>): Promise<void> {
  const kind = mutation[0]?.toUpperCase() + mutation.slice(1);
  const query = `mutation($input: ${kind}Input!) { ${mutation}(input: $input) { userErrors { message } } }`;
  const { body } = await ask({ query, variables: { input } });
  const payload = (body.data as Record<string, { userErrors: { message: string }[] } | null> | undefined)?.[mutation];
  const error = payload?.userErrors[0] ?? (payload ? undefined : (body.errors?.[0] ?? { message: "The service does not answer." }));
  if (error) throw new Error(error.message);
}

export const create = (draft: Draft) => write("savedQueryCreate", { ...draft });

export const update = ({ id, version }: SavedQuery, draft: Draft) =>
  write("savedQueryUpdate", { id, expectedVersion: version, ...draft });

export const remove = ({ id, version }: SavedQuery) => write("savedQueryDelete", { id, expectedVersion: version });
