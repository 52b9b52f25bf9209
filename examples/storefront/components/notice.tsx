"use client";

import { usePathname } from "next/navigation";
import { createContext, type ReactNode, useContext, useState } from "react";

/** Says something on this page, or on the page to which one is about to go. */
type Say = (text: string, path?: string) => void;

const SayContext = createContext<Say>(() => {});
const NoticeContext = createContext({ text: "", count: 0 });

/** Says what was done, also to those who do not see it. */
export function useNotice(): Say {
  return useContext(SayContext);
}

export function Notices({ children }: { children: ReactNode }) {
  const here = usePathname();
  const [notice, setNotice] = useState({ text: "", path: "", count: 0 });
  const say: Say = (text, path = here) => setNotice(({ count }) => ({ text, path, count: count + 1 }));
  const shown = { text: notice.path === here ? notice.text : "", count: notice.count };
  return (
    <SayContext value={say}>
      <NoticeContext value={shown}>{children}</NoticeContext>
    </SayContext>
  );
}

/** Where it is said. */
export function Notice() {
  const { text, count } = useContext(NoticeContext);
  return (
    <div className="notice" role="status">
      {text && <p key={count}>{text}</p>}
    </div>
  );
}
