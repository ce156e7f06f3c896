// Between a panel and the forms in it: whether something was typed that closing the panel would lose.
import { createContext, useContext, useEffect, useRef } from "react";

/** Asks a form whether it holds what is not saved. */
type Asks = Set<() => boolean>;

export const Unsaved = createContext<Asks | null>(null);

/** Lets the panel around a form know what the form holds. */
export function useUnsaved(dirty: () => boolean): void {
  const asks = useContext(Unsaved);
  const latest = useRef(dirty);
  latest.current = dirty;
  useEffect(() => {
    if (!asks) return;
    const ask = () => latest.current();
    asks.add(ask);
    return () => void asks.delete(ask);
  }, [asks]);
}
