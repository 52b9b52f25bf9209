import { explorerPlugin } from "@graphiql/plugin-explorer";
import { useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import { GraphiQL, HISTORY_PLUGIN } from "graphiql";
import {
  buildClientSchema,
  type DocumentNode,
  getIntrospectionQuery,
  getOperationAST,
  type GraphQLSchema,
  type IntrospectionQuery,
} from "graphql";
import { type RefObject, useEffect, useMemo, useRef, useState } from "react";

import type { PageData } from "./data";
import { examplesFor, examplesPlugin, isAllowed } from "./examples";
import { keptFor } from "./kept";
import { listen } from "./listen";
import { ResultBar } from "./result-bar";
import { forgetResults, keepResult } from "./results";
import { savedPlugin } from "./saved";
import { type Answer, ask, type Operation, type Viewer } from "./session";

interface Props {
  data: PageData;
  viewer: Viewer;
  onLeave(): void;
}

const WELCOME = "# Write an operation, or open an example from the bar on the left.\n# Ctrl-Enter runs it, Ctrl-Space completes.\n\n{\n  viewer {\n    kind\n    permissions\n  }\n}\n";

/** The page, once it is known what of the schema the viewer sees. */
export default function Workspace(props: Props) {
  const [introspection, setIntrospection] = useState<Answer>();
  useEffect(() => {
    const failed: Answer = { status: 0, body: {}, milliseconds: 0, bytes: 0, retryAfter: 0 };
    ask(INTROSPECTION).then(setIntrospection, () => setIntrospection(failed));
  }, []);
  if (!introspection) {
    return (
      <p className="page-waiting" role="status">
        Loading …
      </p>
    );
  }
  return <Editor {...props} introspection={introspection} />;
}

/** What GraphiQL asks as well, so that its first question has its answer already. */
const INTROSPECTION = {
  query: getIntrospectionQuery({ inputValueDeprecation: true }),
  operationName: "IntrospectionQuery",
};

function schemaOf({ body }: Answer): GraphQLSchema | undefined {
  try {
    return buildClientSchema(body.data as IntrospectionQuery);
  } catch {
    // GraphiQL says what is wrong with it.
    return undefined;
  }
}

function Editor({ data, viewer, onLeave, introspection }: Props & { introspection: Answer }) {
  const tab = useRef<string | undefined>(undefined);
  const known = useRef<Answer | undefined>(introspection);
  const made = useMemo(() => {
    const examples = examplesFor(data.examples, viewer);
    const plugins = [
      HISTORY_PLUGIN,
      explorerPlugin({ showAttribution: false }),
      examplesPlugin(examples),
      ...(viewer.kind === "STAFF" ? [savedPlugin()] : []),
    ];
    const schema = schemaOf(introspection);
    const allowed = examples.filter((example) => schema && isAllowed(example, schema));
    const tabs = allowed.slice(0, 3).map(({ query, variables }) => ({ query, variables }));
    const defaultTabs = tabs.length > 0 ? tabs : [{ query: WELCOME, variables: "" }];
    const storage = keptFor(viewer.id);
    const [first] = defaultTabs;
    if (first && storage.getItem("graphiql:tabState") === null) {
      // The editors of the first tab begin with what was kept, and not with the tab: its variables would be missing.
      storage.setItem("graphiql:query", first.query);
      storage.setItem("graphiql:variables", first.variables);
    }
    return { plugins, defaultTabs, storage };
  }, [data, viewer, introspection]);
  useEffect(() => forgetResults, []);
  const fetcher = useMemo(
    () => async (operation: Operation, about?: { documentAST?: DocumentNode }) => {
      const isIntrospection = operation.operationName === "IntrospectionQuery";
      const first = known.current;
      known.current = undefined;
      if (isIntrospection && first?.body.data) return first.body;
      const of = isIntrospection ? undefined : tab.current;
      if (of) keepResult(of, undefined);
      const document = about?.documentAST;
      if (document && getOperationAST(document, operation.operationName)?.operation === "subscription") return listen(operation);
      const answer = await ask(operation);
      if (of) keepResult(of, { operation, answer });
      return shown(answer);
    },
    [],
  );
  return (
    <GraphiQL
      fetcher={fetcher as never}
      storage={made.storage as never}
      plugins={made.plugins}
      defaultTabs={made.defaultTabs}
      defaultQuery={WELCOME}
      defaultEditorToolsVisibility="variables"
      isHeadersEditorEnabled={false}
      shouldPersistHeaders={false}
      inputValueDeprecation
    >
      <GraphiQL.Logo>
        <Who viewer={viewer} onLeave={onLeave} />
      </GraphiQL.Logo>
      <GraphiQL.Footer>
        <ActiveTab noted={tab} />
        <SystemTheme />
        <ResultBar />
      </GraphiQL.Footer>
    </GraphiQL>
  );
}

/** The answer without what the bar below it tells. */
function shown({ body }: Answer): Answer["body"] {
  if (!body.extensions) return body;
  const { cost: _, ...others } = body.extensions;
  const { extensions: __, ...rest } = body;
  return Object.keys(others).length > 0 ? { ...rest, extensions: others } : rest;
}

/** Notes which tab is open, for the answer that comes. */
function ActiveTab({ noted }: { noted: RefObject<string | undefined> }) {
  const id = useGraphiQL((state) => state.tabs[state.activeTabIndex]?.id);
  useEffect(() => {
    noted.current = id;
  }, [id, noted]);
  return null;
}

/** Where the theme is that of the system, it changes with it. */
function SystemTheme() {
  const theme = useGraphiQL((state) => state.theme);
  const { setTheme } = useGraphiQLActions();
  useEffect(() => {
    if (theme) return undefined;
    const isDark = window.matchMedia("(prefers-color-scheme: dark)");
    const follow = () => setTheme(null);
    isDark.addEventListener("change", follow);
    return () => isDark.removeEventListener("change", follow);
  }, [theme, setTheme]);
  return null;
}

const KINDS = { STAFF: "staff", CUSTOMER: "customer", ANONYMOUS: "" };

function Who({ viewer, onLeave }: { viewer: Viewer; onLeave(): void }) {
  return (
    <div className="page-who">
      {viewer.kind === "ANONYMOUS" ? (
        <span>Not logged in</span>
      ) : (
        <span title={viewer.permissions.join(", ") || undefined}>
          <strong>{viewer.name}</strong> <small>{KINDS[viewer.kind]}</small>
        </span>
      )}
      <button className="page-button page-small" type="button" onClick={onLeave}>
        {viewer.kind === "ANONYMOUS" ? "Log in" : "Log out"}
      </button>
    </div>
  );
}
