// How many requests have come in since the list was fetched, by the gateway's own filtered feed. Rows never move by
// themselves: the count is shown, and whoever wants them asks.
import { useDocumentVisibility } from "@mantine/hooks";
import { useEffect, useState } from "react";
import type { Api } from "~/api/client";

export interface Live {
  fresh: number;
  more: boolean;
  /** Whether some may have come in while nobody listened. */
  missed: boolean;
  /** "away": the feed broke off, and is asked for again. */
  state: "off" | "waiting" | "on" | "away";
}

/** After an answer that is no feed (a proxy's, while the gateway starts) the browser gives up: it is asked again here. */
const AGAIN_MS = 3000;

/** `since` changes when the list is fetched anew, which begins the count again. */
export function useLive(filters: Record<string, string | number | undefined>, on: boolean, since: number): Live {
  const visible = useDocumentVisibility() === "visible";
  const [live, setLive] = useState<Live>({ fresh: 0, more: false, missed: false, state: "off" });
  const query = new URLSearchParams(
    Object.entries(filters).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  ).toString();
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new list begins a new count
  useEffect(() => setLive((old) => ({ ...old, fresh: 0, more: false, missed: false })), [query, since]);
  useEffect(() => {
    if (!on || !visible) {
      setLive((old) => ({ ...old, state: "off" }));
      return;
    }
    let feed: EventSource;
    let timer = 0;
    const listen = (again: boolean) => {
      feed = new EventSource(`/api/v1/requests/live?${query}`);
      feed.addEventListener("ready", () => setLive((old) => ({ ...old, state: "on", missed: old.missed || again })));
      feed.addEventListener("requests", (event) => {
        const batch = JSON.parse((event as MessageEvent<string>).data) as {
          items: Api<"RequestView">[];
          more: boolean;
        };
        const { length } = batch.items;
        setLive((old) => ({ ...old, state: "on", fresh: old.fresh + length, more: old.more || batch.more }));
      });
      feed.onerror = () => {
        setLive((old) => ({ ...old, state: "away" }));
        // A connection that broke off the browser takes up by itself, from where it was.
        if (feed.readyState === EventSource.CLOSED) timer = window.setTimeout(() => listen(true), AGAIN_MS);
      };
    };
    setLive((old) => ({ ...old, state: "waiting" }));
    listen(false);
    return () => {
      window.clearTimeout(timer);
      feed.close();
    };
  }, [on, visible, query]);
  return live;
}
