// The keys that work everywhere: Ctrl or Cmd with K opens the palette; g and a letter goes to a page; ? lists the keys.
import { useRouter } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { AREAS } from "~/app/nav";
import { atLeast, type Session } from "~/app/session";

export const FIND_KEYS = /Mac|iPhone|iPad/.test(navigator.userAgent) ? "⌘ K" : "Ctrl K";
const CHORD_MS = 1200;

export function usePalette(session: Session) {
  const router = useRouter();
  const [opened, setOpened] = useState<"palette" | "keys" | null>(null);
  const chord = useRef(0);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        setOpened("palette");
        return;
      }
      if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
      if (event.key === "?") {
        setOpened("keys");
      } else if (event.key === "g") {
        chord.current = event.timeStamp;
      } else if (event.timeStamp - chord.current < CHORD_MS) {
        chord.current = 0;
        const place = AREAS.flatMap((area) => area.places).find((one) => one.key === event.key);
        if (place && atLeast(session, place.least)) router.history.push(String(place.to));
      }
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [router, session]);
  return { opened, open: () => setOpened("palette"), close: () => setOpened(null) };
}

function typing(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.closest("input, textarea, select, [contenteditable], [role=dialog]") !== null
  );
}
