import { lazy, Suspense, useCallback, useEffect, useState } from "react";

import type { PageData } from "./data";
import { forget } from "./kept";
import { LogInPage } from "./log-in";
import { current, logOut, onSessionEnd, type Viewer } from "./session";

// The editor is large; the log-in does not wait for it.
const Workspace = lazy(() => import("./workspace"));

const NOBODY: Viewer = { id: "", kind: "ANONYMOUS", name: "", permissions: [] };

type State = { at: "start" } | { at: "log-in"; notice?: string } | { at: "work"; viewer: Viewer };

export function App({ data }: { data: PageData }) {
  const [state, setState] = useState<State>({ at: "start" });
  useEffect(() => {
    onSessionEnd(() => setState({ at: "log-in", notice: "The session has ended. Log in again." }));
    current().then(
      (viewer) => setState(viewer.kind === "ANONYMOUS" ? { at: "log-in" } : { at: "work", viewer }),
      () => setState({ at: "log-in", notice: "The service does not answer." }),
    );
  }, []);
  const leave = useCallback(async () => {
    await logOut().catch(() => {});
    forget();
    setState({ at: "log-in", notice: "You are logged out." });
  }, []);
  const waiting = (
    <p className="page-waiting" role="status">
      Loading …
    </p>
  );
  if (state.at === "start") return waiting;
  if (state.at === "log-in") {
    return (
      <LogInPage
        data={data}
        notice={state.notice}
        onEnter={(viewer) => setState({ at: "work", viewer })}
        onGoOn={data.isOpen ? () => setState({ at: "work", viewer: NOBODY }) : undefined}
      />
    );
  }
  const toLogIn = () => setState({ at: "log-in" });
  return (
    <Suspense fallback={waiting}>
      <Workspace
        key={state.viewer.id}
        data={data}
        viewer={state.viewer}
        onLeave={state.viewer.kind === "ANONYMOUS" ? toLogIn : leave}
      />
    </Suspense>
  );
}
