// What the page keeps while its tab is open: operations, variables and their history may hold personal data, so they are
// in the session storage of this tab alone, apart for each viewer, and go with the log-out.

const PREFIX = "query page ";

export interface Kept {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
  clear(): void;
  length: number;
}

/** Grows with each time that everything is forgotten: the editor writes late, and what it kept before must stay away. */
let forgotten = 0;

export function keptFor(viewer: string): Kept {
  const since = forgotten;
  const prefix = `${PREFIX}${viewer} `;
  const keys = () => Object.keys(sessionStorage).filter((key) => key.startsWith(prefix));
  return {
    getItem: (key) => sessionStorage.getItem(prefix + key),
    setItem: (key, value) => {
      if (since === forgotten) sessionStorage.setItem(prefix + key, value);
    },
    removeItem: (key) => sessionStorage.removeItem(prefix + key),
    clear: () => keys().forEach((key) => sessionStorage.removeItem(key)),
    get length() {
      return keys().length;
    },
  };
}

/** Forgets everything of everybody. */
export function forget(): void {
  forgotten += 1;
  for (const key of Object.keys(sessionStorage)) {
    if (key.startsWith(PREFIX)) sessionStorage.removeItem(key);
  }
}
