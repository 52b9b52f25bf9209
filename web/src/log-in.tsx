import { type FormEvent, useEffect, useRef, useState } from "react";

import type { PageData, Persona } from "./data";
import { type LogIn, logIn, verify, type Viewer } from "./session";

interface Props {
  data: PageData;
  notice?: string | undefined;
  onEnter(viewer: Viewer): void;
  onGoOn?: (() => void) | undefined;
}

export function LogInPage({ data, notice, onEnter, onGoOn }: Props) {
  const [message, setMessage] = useState<string>();
  const [isWaiting, setWaiting] = useState(false);
  const [token, setToken] = useState<string>();
  const [actor, setActor] = useState<"STAFF" | "CUSTOMER">("STAFF");

  const take = async (attempt: Promise<LogIn>) => {
    setWaiting(true);
    setMessage(undefined);
    const result = await attempt.catch((): LogIn => ({ outcome: "refused", message: "The service does not answer." }));
    setWaiting(false);
    if (result.outcome === "in") onEnter(result.viewer);
    else if (result.outcome === "second factor") setToken(result.token);
    else setMessage(result.message);
  };
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const field = (name: string) => String(form.get(name) ?? "");
    void take(token ? verify(token, field("code")) : logIn(field("email").trim(), field("password"), actor));
  };
  const persona = (one: Persona) => void take(logIn(one.email, one.password, one.actor));

  return (
    <main className="graphiql-container page-log-in">
      <div className="page-card">
        <h1>customer graph</h1>
        <p className="page-faint">Ask in GraphQL, see tables, take CSV along.</p>
        {notice && !message && (
          <p className="page-notice" role="status">
            {notice}
          </p>
        )}
        <form onSubmit={submit} key={token ? "code" : "password"}>
          {token ? (
            <CodeField />
          ) : (
            <>
              {data.isOpen && <ActorField actor={actor} onChange={setActor} />}
              <label>
                E-mail address
                <input name="email" type="email" autoComplete="username" required autoFocus />
              </label>
              <label>
                Password
                <input name="password" type="password" autoComplete="current-password" required />
              </label>
            </>
          )}
          {message && (
            <p className="page-wrong" role="alert">
              {message}
            </p>
          )}
          <div className="page-row">
            <button className="page-button page-primary" type="submit" disabled={isWaiting}>
              {isWaiting ? "One moment …" : token ? "Confirm" : "Log in"}
            </button>
            {token && (
              <button className="page-button" type="button" onClick={() => setToken(undefined)}>
                Back
              </button>
            )}
          </div>
        </form>
        {!token && data.personas.length > 0 && (
          <section aria-labelledby="personas">
            <h2 id="personas">Or look around as …</h2>
            <ul className="page-personas">
              {data.personas.map((one) => (
                <li key={one.email}>
                  <button type="button" disabled={isWaiting} onClick={() => persona(one)}>
                    <strong>{one.name}</strong>
                    <span>{one.about}</span>
                  </button>
                </li>
              ))}
            </ul>
          </section>
        )}
        {!token && onGoOn && (
          <p className="page-faint">
            <button className="page-link" type="button" onClick={onGoOn}>
              Go on without logging in
            </button>
          </p>
        )}
      </div>
    </main>
  );
}

function CodeField() {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  return (
    <label>
      Code of your app, or a recovery code
      <input ref={field} name="code" autoComplete="one-time-code" spellCheck={false} required />
    </label>
  );
}

function ActorField({ actor, onChange }: { actor: string; onChange(actor: "STAFF" | "CUSTOMER"): void }) {
  const choices = [
    ["STAFF", "Staff"],
    ["CUSTOMER", "Customer"],
  ] as const;
  return (
    <fieldset className="page-choice">
      <legend>Log in as</legend>
      {choices.map(([value, label]) => (
        <label key={value}>
          <input type="radio" name="actor" value={value} checked={actor === value} onChange={() => onChange(value)} />
          {label}
        </label>
      ))}
    </fieldset>
  );
}
