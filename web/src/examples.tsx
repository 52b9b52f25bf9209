import { type GraphiQLPlugin, useGraphiQL } from "@graphiql/react";
import { type GraphQLSchema, parse, validate } from "graphql";

import type { Example } from "./data";
import { ExamplesIcon } from "./icons";
import { useOpen } from "./open";
import type { Viewer } from "./session";

/** The examples of the scopes in which somebody is: first those that suit them best. */
export function examplesFor(examples: Example[], viewer: Viewer): Example[] {
  const writes = viewer.permissions.some((permission) => !permission.endsWith(":read"));
  const scopes =
    viewer.kind === "STAFF" ? (writes ? ["Back office", "Analyst"] : ["Analyst", "Back office"]) : ["Storefront"];
  return scopes.flatMap((scope) => examples.filter((example) => example.scope === scope));
}

/** What somebody may not ask for is not in the schema that they see. */
export const isAllowed = (example: Example, schema: GraphQLSchema) => validate(schema, parse(example.query)).length === 0;

export function examplesPlugin(examples: Example[]): GraphiQLPlugin {
  return { title: "Examples", icon: ExamplesIcon, content: () => <Examples examples={examples} /> };
}

function Examples({ examples }: { examples: Example[] }) {
  const schema = useGraphiQL((state) => state.schema);
  const open = useOpen();
  const scopes = [...new Set(examples.map((example) => example.scope))];
  return (
    <section className="page-panel" aria-label="Examples">
      <h2>Examples</h2>
      {scopes.map((scope) => (
        <div key={scope}>
          <h3>{scope}</h3>
          <ul className="page-list">
            {examples
              .filter((example) => example.scope === scope)
              .map((example) => (
                <li key={example.title}>
                  {!schema || isAllowed(example, schema) ? (
                    <button type="button" onClick={() => open(example.query, example.variables)}>
                      {example.title}
                    </button>
                  ) : (
                    <span className="page-faint">{example.title} (needs more than you may do)</span>
                  )}
                </li>
              ))}
          </ul>
        </div>
      ))}
    </section>
  );
}
