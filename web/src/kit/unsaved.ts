// Whether something was typed that would be lost: asked by the panel around a form, when a session ends, and by the browser
// before it closes or reloads the page.
import { createContext, useContext, useEffect, useRef } from "react";

/** Asks a form whether it holds what is not saved. */
type Asks = Set<() => boolean>;

const everywhere: Asks = new Set();

/** Whether any form on the page holds what is not saved. */
export function unsavedWork(): boolean {
  return [...everywhere].some((unsaved) => unsaved());
}

/** The forms that hold what is not saved, as they were last drawn. */
const holding = new Set<object>();

function ask(event: BeforeUnloadEvent): void {
  event.preventDefault();
}

/** Only while there is something to lose: a page that listens is not kept for the browser's ways back and forward. */
function listen(): void {
  if (holding.size > 0) window.addEventListener("beforeunload", ask);
  else window.removeEventListener("beforeunload", ask);
}

/** Whoever leaves now means it. */
export function letGo(): void {
  holding.clear();
  listen();
}

export const Unsaved = createContext<Asks | null>(null);

/** Lets the panel around a form, and the page, know what the form holds. */
export function useUnsaved(dirty: () => boolean): void {
  const asks = useContext(Unsaved);
  const latest = useRef(dirty);
  latest.current = dirty;
  useEffect(() => {
    const unsaved = () => latest.current();
    const told = asks ? [asks, everywhere] : [everywhere];
    for (const one of told) one.add(unsaved);
    return () => {
      for (const one of told) one.delete(unsaved);
      holding.delete(latest);
      listen();
    };
  }, [asks]);
  useEffect(() => {
    if (dirty()) holding.add(latest);
    else holding.delete(latest);
    listen();
  });
}
