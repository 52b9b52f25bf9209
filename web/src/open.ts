// Opening an operation in a tab of its own.

import { pick, useGraphiQL, useGraphiQLActions } from "@graphiql/react";

export function useOpen(): (query: string, variables: string) => void {
  const { addTab } = useGraphiQLActions();
  const { queryEditor, variableEditor } = useGraphiQL(pick("queryEditor", "variableEditor"));
  return (query, variables) => {
    // A tab in which nothing was written is taken as it is.
    if (queryEditor?.getValue().trim()) addTab();
    queryEditor?.setValue(query);
    variableEditor?.setValue(variables);
    queryEditor?.focus();
  };
}

/** What is written in the tab that is open. */
export function useWritten(): () => { query: string; variables: string } {
  const { queryEditor, variableEditor } = useGraphiQL(pick("queryEditor", "variableEditor"));
  return () => ({ query: queryEditor?.getValue() ?? "", variables: variableEditor?.getValue() ?? "" });
}
