import { explorerPlugin } from "@graphiql/plugin-explorer";
import { useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import { GraphiQL, HISTORY_PLUGIN } from "graphiql";
import { type RefObject, useEffect, useMemo, useRef } from "react";

import type { PageData } from "./data";
import { examplesFor, examplesPlugin } from "./examples";
import { keptFor } from "./kept";
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

export default function Workspace({ data, viewer, onLeave }: Props) {
  const tab = useRef<string | undefined>(undefined);
  const made = useMemo(() => {
    const examples = examplesFor(data.examples, viewer);
    const plugins = [
      HISTORY_PLUGIN,
      explorerPlugin({ showAttribution: false }),
      examplesPlugin(examples),
      ...(viewer.kind === "STAFF" ? [savedPlugin()] : []),
    ];
    const tabs = examples.slice(0, 3).map(({ query, variables }) => ({ query, variables }));
    const defaultTabs = tabs.length > 0 ? tabs : [{ query: WELCOME, variables: "" }];
    const storage = keptFor(viewer.id);
    const [first] = defaultTabs;
    if (first && storage.getItem("graphiql:tabState") === null) {
      // The editors of the first tab begin with what was kept, and not with the tab: its variables would be missing.
      storage.setItem("graphiql:query", first.query);
      storage.setItem("graphiql:variables", first.variables);
    }
    return { plugins, defaultTabs, storage };
  }, [data, viewer]);
  useEffect(() => forgetResults, []);
  const fetcher = useMemo(
    () => async (operation: Operation) => {
      const of = operation.operationName === "IntrospectionQuery" ? undefined : tab.current;
      if (of) keepResult(of, undefined);
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
