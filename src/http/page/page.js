(() => {
  "use strict";
  const byId = (id) => document.getElementById(id);
  const data = JSON.parse(byId("data").textContent);
  const patience = 6000;
  const endpoint = "/graphql";
  let shown = false;

  const send = (body, headers) =>
    fetch(endpoint, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json", ...headers },
      body: JSON.stringify(body),
      credentials: "omit",
    });

  // GraphiQL, when all its files arrive in time and are what they should be.

  const load = (make) =>
    new Promise((resolve, reject) => {
      const element = make();
      element.crossOrigin = "anonymous";
      element.onload = resolve;
      element.onerror = () => reject(new Error("not loaded"));
      document.head.append(element);
    });

  const loadGraphiql = () => {
    const { scripts, style } = data.graphiql;
    const loading = scripts.map(({ url, integrity }) =>
      load(() => Object.assign(document.createElement("script"), { src: url, integrity, async: false })),
    );
    loading.push(
      load(() => Object.assign(document.createElement("link"), { rel: "stylesheet", href: style.url, integrity: style.integrity })),
    );
    return Promise.all(loading);
  };

  // Nothing is kept when the page is closed: GraphiQL would otherwise store operations and answers.
  const memory = () => {
    const items = new Map();
    return {
      getItem: (key) => items.get(key) ?? null,
      setItem: (key, value) => void items.set(key, String(value)),
      removeItem: (key) => void items.delete(key),
      clear: () => items.clear(),
      get length() {
        return items.size;
      },
    };
  };

  const showGraphiql = () => {
    if (shown) return;
    shown = true;
    const widest = data.scopes.find((scope) => scope.name === "Back office")?.token;
    const fetcher = async (operation, options) => {
      const headers = { ...(options?.headers ?? {}) };
      if (operation.operationName === "IntrospectionQuery" && widest) {
        // So that the editor knows the fields of every tab.
        headers.Authorization = `Bearer ${widest}`;
      }
      return (await send(operation, headers)).json();
    };
    const defaultTabs = data.scopes.flatMap((scope) =>
      // More than two tabs of each do not fit on a screen.
      scope.examples.slice(0, 2).map(({ query, variables }) => ({
        query,
        variables,
        headers: JSON.stringify({ Authorization: `Bearer ${scope.token ?? ""}`.trim() }, null, 2),
      })),
    );
    if (!widest) defaultTabs.forEach((tab) => (tab.headers = '{\n  "Authorization": "Bearer "\n}'));
    const create = window.React.createElement;
    const logo = create(window.GraphiQL.Logo, null, create("a", { href: "?plain", className: "graphiql-logo-link" }, "customer graph"));
    const page = create(window.GraphiQL, { fetcher, defaultTabs, headers: defaultTabs[0].headers, storage: memory(), shouldPersistHeaders: false, defaultEditorToolsVisibility: "variables" }, logo);
    byId("waiting").hidden = true;
    byId("graphiql").hidden = false;
    window.ReactDOM.createRoot(byId("graphiql")).render(page);
  };

  // Our own page.

  const states = data.scopes.map((scope) => ({
    example: 0,
    query: scope.examples[0]?.query ?? "",
    variables: scope.examples[0]?.variables ?? "",
    token: scope.token ?? "",
  }));
  let current = 0;

  const keep = () => {
    const state = states[current];
    for (const name of ["query", "variables", "token"]) state[name] = byId(name).value;
  };

  const select = (index, focus) => {
    keep();
    current = index;
    const scope = data.scopes[index];
    const state = states[index];
    [...byId("tabs").children].forEach((tab, position) => {
      tab.setAttribute("aria-selected", String(position === index));
      tab.tabIndex = position === index ? 0 : -1;
      if (focus && position === index) tab.focus();
    });
    byId("panel").setAttribute("aria-labelledby", `tab-${index}`);
    byId("about").textContent = scope.about;
    byId("example").replaceChildren(
      ...scope.examples.map((example, position) => new Option(example.title, position, false, position === state.example)),
    );
    for (const name of ["query", "variables", "token"]) byId(name).value = state[name];
  };

  const makeTabs = () => {
    byId("tabs").append(
      ...data.scopes.map((scope, index) => {
        const tab = document.createElement("button");
        tab.type = "button";
        tab.id = `tab-${index}`;
        tab.textContent = scope.name;
        tab.setAttribute("role", "tab");
        tab.setAttribute("aria-controls", "panel");
        tab.addEventListener("click", () => select(index));
        return tab;
      }),
    );
    byId("tabs").addEventListener("keydown", (event) => {
      const last = data.scopes.length - 1;
      const to = {
        ArrowRight: current === last ? 0 : current + 1,
        ArrowLeft: current === 0 ? last : current - 1,
        Home: 0,
        End: last,
      }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      select(to, true);
    });
  };

  const token = /("(?:\\.|[^"\\])*")(\s*:)?|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\b(?:true|false|null)\b/g;

  const paint = (text) => {
    const answer = byId("answer");
    // Very long answers are left as they are, so that the page stays quick.
    if (text.length > 200000) return void (answer.textContent = text);
    const parts = [];
    let end = 0;
    for (const match of text.matchAll(token)) {
      parts.push(text.slice(end, match.index));
      const span = document.createElement("span");
      span.className = match[2] ? "key" : match[1] ? "text" : "number";
      span.textContent = match[1] ?? match[0];
      parts.push(span, match[2] ?? "");
      end = match.index + match[0].length;
    }
    answer.replaceChildren(...parts, text.slice(end));
  };

  const report = (status, errors, text) => {
    byId("status").textContent = status;
    byId("errors").hidden = errors.length === 0;
    byId("errors").replaceChildren(
      ...errors.map((error) => {
        const item = document.createElement("li");
        const code = document.createElement("code");
        code.textContent = error.extensions?.code ?? error.code ?? "ERROR";
        const path = error.path?.length ? ` (at ${error.path.join(".")})` : "";
        item.append(code, ` ${error.message}${path}`);
        return item;
      }),
    );
    paint(text);
  };

  // What a mutation refuses stands in its payload, not among the errors of the answer.
  const userErrors = (body) =>
    Object.values(body?.data ?? {}).flatMap((field) => (Array.isArray(field?.userErrors) ? field.userErrors : []));

  const run = async () => {
    const button = byId("run");
    if (button.getAttribute("aria-disabled") === "true") return;
    keep();
    const { query, variables, token: secret } = states[current];
    let read;
    try {
      read = variables.trim() ? JSON.parse(variables) : undefined;
    } catch (error) {
      report("Nothing was sent.", [{ code: "VARIABLES", message: `The variables are not JSON: ${error.message}` }], "");
      byId("variables").focus();
      return;
    }
    button.setAttribute("aria-disabled", "true");
    byId("status").textContent = "Running …";
    const began = performance.now();
    try {
      const response = await send({ query, variables: read }, secret.trim() ? { authorization: `Bearer ${secret.trim()}` } : {});
      const text = await response.text();
      const time = `${Math.round(performance.now() - began)} ms`;
      let body = null;
      try {
        body = JSON.parse(text);
      } catch {
        // Shown as it is.
      }
      const errors = [...(body?.errors ?? []), ...userErrors(body)];
      const outcome = errors.length === 0 ? "Answered" : errors.length === 1 ? "Answered with an error" : `Answered with ${errors.length} errors`;
      const size = text.length < 1024 ? `${text.length} bytes` : `${Math.round(text.length / 1024)} kB`;
      report(`${outcome} in ${time} · HTTP ${response.status} · ${size}`, errors, body ? JSON.stringify(body, null, 2) : text);
    } catch {
      report("No answer.", [{ code: "NETWORK", message: "The service does not answer. Is it still running?" }], "");
    } finally {
      button.setAttribute("aria-disabled", "false");
    }
  };

  const showPlain = (wanted) => {
    if (shown) return;
    shown = true;
    byId("why").hidden = wanted;
    byId("waiting").hidden = true;
    byId("plain").hidden = false;
    makeTabs();
    const state = states[0];
    for (const name of ["query", "variables", "token"]) byId(name).value = state[name];
    select(0);
    byId("example").addEventListener("change", (event) => {
      const state = states[current];
      state.example = Number(event.target.value);
      const { query, variables } = data.scopes[current].examples[state.example];
      byId("query").value = query;
      byId("variables").value = variables;
    });
    byId("form").addEventListener("submit", (event) => {
      event.preventDefault();
      run();
    });
    byId("form").addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        run();
      }
    });
  };

  if (new URLSearchParams(location.search).has("plain")) {
    showPlain(true);
  } else {
    setTimeout(showPlain, patience);
    loadGraphiql().then(showGraphiql, () => showPlain(false));
  }
})();
