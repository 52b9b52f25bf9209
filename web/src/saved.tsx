import type { GraphiQLPlugin } from "@graphiql/react";
import { useCallback, useEffect, useState } from "react";

import { SavedIcon } from "./icons";
import { useOpen, useWritten } from "./open";
import { type Audience, create, type Draft, readAll, remove, type SavedQuery, update } from "./saved-api";
import { SaveForm } from "./save-form";

export function savedPlugin(): GraphiQLPlugin {
  return { title: "Saved queries", icon: SavedIcon, content: Saved };
}

function Saved() {
  const [queries, setQueries] = useState<SavedQuery[]>();
  const [audiences, setAudiences] = useState<Audience[]>([]);
  const [message, setMessage] = useState<string>();
  // What is being written: a new query, or the details of one that is there.
  const [form, setForm] = useState<"new" | string>();
  const written = useWritten();

  const load = useCallback(async () => {
    const all = await readAll();
    setQueries(all.queries);
    setAudiences(all.audiences);
  }, []);
  const attempt = useCallback(
    async (work: () => Promise<unknown>, done?: string) => {
      try {
        await work();
        setMessage(done);
        await load();
        return true;
      } catch (error) {
        setMessage(error instanceof Error ? error.message : "The service does not answer.");
        return false;
      }
    },
    [load],
  );
  useEffect(() => void attempt(async () => {}), [attempt]);

  const keep = async (draft: Draft, withVariables: boolean) => {
    const { query, variables } = written();
    const texts = { document: query, variables: withVariables ? variables : null };
    if (await attempt(() => create({ ...draft, ...texts }), "Saved.")) setForm(undefined);
  };
  const change = async (saved: SavedQuery, draft: Draft) => {
    if (await attempt(() => update(saved, draft), "Saved.")) setForm(undefined);
  };
  const groups: [string, SavedQuery[]][] = [
    ["Your own", (queries ?? []).filter((one) => one.isOwn)],
    ["Shared with you", (queries ?? []).filter((one) => !one.isOwn)],
  ];
  return (
    <section className="page-panel" aria-label="Saved queries">
      <h2>Saved queries</h2>
      {message && (
        <p className="page-notice" role="status">
          {message}
        </p>
      )}
      {form === "new" ? (
        <SaveForm audiences={audiences} onSave={keep} onClose={() => setForm(undefined)} />
      ) : (
        <button className="page-button page-primary" type="button" onClick={() => setForm("new")}>
          Save this tab …
        </button>
      )}
      {queries?.length === 0 && <p className="page-faint">There are none yet.</p>}
      {groups.map(
        ([title, some]) =>
          some.length > 0 && (
            <div key={title}>
              <h3>{title}</h3>
              <ul className="page-list">
                {some.map((one) => (
                  <li key={one.id}>
                    {form === one.id ? (
                      <SaveForm saved={one} audiences={audiences} onSave={(draft) => change(one, draft)} onClose={() => setForm(undefined)} />
                    ) : (
                      <Item
                        saved={one}
                        onEdit={() => setForm(one.id)}
                        onReplace={() => {
                          const { query, variables } = written();
                          void attempt(() => update(one, { document: query, variables: variables || null }), `${one.name} is now what this tab holds.`);
                        }}
                        onRemove={() => void attempt(() => remove(one), `${one.name} is gone.`)}
                      />
                    )}
                  </li>
                ))}
              </ul>
            </div>
          ),
      )}
    </section>
  );
}

interface ItemProps {
  saved: SavedQuery;
  onEdit(): void;
  onReplace(): void;
  onRemove(): void;
}

function Item({ saved, onEdit, onReplace, onRemove }: ItemProps) {
  const open = useOpen();
  const [isSure, setSure] = useState(false);
  const from = saved.isOwn ? undefined : (saved.owner?.name ?? saved.owner?.email);
  const shared = saved.sharedWith.map((role) => role.name).join(", ");
  return (
    <>
      <button type="button" onClick={() => open(saved.document, saved.variables ?? "")}>
        {saved.name}
      </button>
      {saved.description && <p className="page-faint">{saved.description}</p>}
      {(from || shared) && (
        <p className="page-faint">
          {from && `By ${from}. `}
          {shared && `Shared with ${shared}.`}
        </p>
      )}
      {saved.isOwn && (
        <div className="page-row">
          <button className="page-link" type="button" onClick={onEdit} aria-label={`Change ${saved.name}`}>
            Change
          </button>
          <button className="page-link" type="button" onClick={onReplace} aria-label={`Replace ${saved.name} by this tab`}>
            Replace by this tab
          </button>
          {isSure ? (
            <button className="page-link page-danger" type="button" onClick={onRemove}>
              Really delete
            </button>
          ) : (
            <button className="page-link" type="button" onClick={() => setSure(true)} aria-label={`Delete ${saved.name}`}>
              Delete
            </button>
          )}
        </div>
      )}
    </>
  );
}
