// Whether something was typed that would be lost: asked by the panel around a form, and when a session ends.
import { createContext, useContext, useEffect, useRef } from "react";

/** Asks a form whether it holds what is not saved. */
type Asks = Set<() => boolean>;

const everywhere: Asks = new Set();

/** Whether any form on the page holds what is not saved. */
export function unsavedWork(): boolean {
  return [...everywhere].some((unsaved) => unsaved());
}

export const Unsaved = createContext<Asks | null>(null);

/** Lets the panel around a form, and the page, know what the form holds. */
export function useUnsaved(dirty: () => boolean): void {
  const asks = useContext(Unsaved);
  const latest = useRef(dirty);
  latest.current = dirty;
  useEffect(() => {
    const ask = () => latest.current();
    const told = asks ? [asks, everywhere] : [everywhere];
    for (const one of told) one.add(ask);
    return () => {
      for (const one of told) one.delete(ask);
    };
  }, [asks]);
}
