// What the service puts into the page.

export interface Example {
  scope: string;
  title: string;
  query: string;
  variables: string;
}

/** Somebody of the demonstration, who logs in by a click. */
export interface Persona {
  name: string;
  about: string;
  actor: "STAFF" | "CUSTOMER";
  email: string;
  password: string;
}

export interface PageData {
  /** Whether the page is for everybody, and not for staff alone. */
  isOpen: boolean;
  examples: Example[];
  personas: Persona[];
}

export function readData(): PageData {
  return JSON.parse(document.getElementById("data")?.textContent ?? "{}") as PageData;
}
