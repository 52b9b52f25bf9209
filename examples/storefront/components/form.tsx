"use client";

import {
  createContext,
  type FormEvent,
  type InputHTMLAttributes,
  type ReactNode,
  useContext,
  useEffect,
  useId,
  useRef,
  useState,
} from "react";
import { ofError, type Problem } from "@/lib/problems";

const ProblemsContext = createContext<readonly Problem[]>([]);

type FormProps = {
  /** Sends the values, and answers what the service complains about. */
  save: (values: FormData) => Promise<Problem[]>;
  /** The fields of the form that can show a complaint; all others are shown above it. */
  fields: readonly string[];
  button: string;
  children: ReactNode;
  /** More than the button. */
  footer?: ReactNode;
};

/**
 * A form whose values are checked by the service alone. All its complaints are shown at once, each at its field, and
 * the first of them gets the focus.
 */
export function Form({ save, fields, button, children, footer }: FormProps) {
  const form = useRef<HTMLFormElement>(null);
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  const [isBusy, setBusy] = useState(false);
  const isAtField = ({ field }: Problem) => field !== null && fields.includes(field);
  const others = problems.filter((problem) => !isAtField(problem));

  useEffect(() => {
    if (problems.length === 0) return;
    form.current?.querySelector<HTMLElement>('[data-problem], [aria-invalid="true"]')?.focus();
  }, [problems]);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (isBusy) return;
    setBusy(true);
    try {
      setProblems(await save(new FormData(event.currentTarget)));
    } catch (error) {
      setProblems([ofError(error)]);
    } finally {
      setBusy(false);
    }
  }

  return (
    <form ref={form} onSubmit={submit} noValidate aria-busy={isBusy}>
      {others.length > 0 && (
        <div className="problem-box" role="alert" tabIndex={-1} data-problem>
          {others.map(({ message }) => (
            <p key={message}>{message}</p>
          ))}
        </div>
      )}
      <ProblemsContext value={problems}>{children}</ProblemsContext>
      <div className="actions">
        <button type="submit" disabled={isBusy}>
          {isBusy ? "One moment…" : button}
        </button>
        {footer}
      </div>
    </form>
  );
}

/** What ties a field to its label, its hint and the complaints about it. */
export function useField(name: string, hint?: ReactNode) {
  const id = useId();
  const problems = useContext(ProblemsContext).filter(({ field }) => field === name);
  const described = [hint ? `${id}-hint` : "", problems.length > 0 ? `${id}-problem` : ""].filter(Boolean).join(" ");
  return {
    id,
    control: {
      id,
      name,
      "aria-invalid": problems.length > 0 || undefined,
      "aria-describedby": described || undefined,
    },
    below: (
      <>
        {hint && (
          <p className="hint" id={`${id}-hint`}>
            {hint}
          </p>
        )}
        {problems.length > 0 && (
          <p className="problem" id={`${id}-problem`}>
            {problems.map(({ message }) => message).join(" ")}
          </p>
        )}
      </>
    ),
  };
}

type FieldProps = Omit<InputHTMLAttributes<HTMLInputElement>, "name" | "id"> & {
  name: string;
  label: string;
  hint?: ReactNode;
};

export function Field({ name, label, hint, required, ...input }: FieldProps) {
  const field = useField(name, hint);
  return (
    <div className="field">
      <Label id={field.id} label={label} isRequired={required} />
      <input {...input} {...field.control} required={required} />
      {field.below}
    </div>
  );
}

export function Label({ id, label, isRequired }: { id: string; label: string; isRequired?: boolean }) {
  return (
    <label htmlFor={id}>
      {label}
      {!isRequired && <span className="optional"> (optional)</span>}
    </label>
  );
}

export function Checkbox({ name, label, isOn }: { name: string; label: string; isOn?: boolean }) {
  return (
    <label className="checkbox">
      <input type="checkbox" name={name} defaultChecked={isOn} />
      {label}
    </label>
  );
}
