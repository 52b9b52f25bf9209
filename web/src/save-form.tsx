import { type FormEvent, useState } from "react";

import type { Audience, Draft, SavedQuery } from "./saved-api";

interface Props {
  /** The query to change; a new one without. */
  saved?: SavedQuery;
  audiences: Audience[];
  onSave(draft: Draft, withVariables: boolean): Promise<void>;
  onClose(): void;
}

export function SaveForm({ saved, audiences, onSave, onClose }: Props) {
  const [isWaiting, setWaiting] = useState(false);
  const shared = saved?.sharedWith ?? [];
  // It may be shared with roles that one does not have any more.
  const roles = [...audiences, ...shared.filter((one) => !audiences.some((known) => known.roleId === one.roleId))];
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const draft: Draft = {
      name: String(form.get("name")),
      description: String(form.get("description")) || null,
      sharedWithRoleIds: form.getAll("role").map(String),
    };
    setWaiting(true);
    await onSave(draft, form.has("variables"));
    setWaiting(false);
  };
  return (
    <form className="page-form" aria-label={saved ? `Change ${saved.name}` : "Save this tab"} onSubmit={(event) => void submit(event)}>
      <label>
        Name
        <input name="name" required maxLength={255} defaultValue={saved?.name} autoFocus autoComplete="off" />
      </label>
      <label>
        What it is for
        <textarea name="description" maxLength={1000} rows={2} defaultValue={saved?.description ?? ""} />
      </label>
      {!saved && (
        <label className="page-check">
          <input name="variables" type="checkbox" defaultChecked />
          <span>
            Keep the variables
            <small>Whoever sees the query reads them.</small>
          </span>
        </label>
      )}
      {roles.length > 0 && (
        <fieldset>
          <legend>Share with everybody who has the role</legend>
          {roles.map((role) => (
            <label key={role.roleId} className="page-check">
              <input
                name="role"
                type="checkbox"
                value={role.roleId}
                defaultChecked={shared.some((one) => one.roleId === role.roleId)}
              />
              <span>{role.name}</span>
            </label>
          ))}
        </fieldset>
      )}
      <div className="page-row">
        <button className="page-button page-primary" type="submit" disabled={isWaiting}>
          Save
        </button>
        <button className="page-button" type="button" onClick={onClose}>
          Cancel
        </button>
      </div>
    </form>
  );
}
