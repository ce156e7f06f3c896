// How many requests have come in since the list was fetched, by the gateway's own filtered feed. Rows never move by
// themselves: the count is shown, and whoever wants them asks.
import { useDocumentVisibility } from "@mantine/hooks";
import { useEffect, useState } from "react";
import type { Api } from "~/api/client";

export interface Live {
  fresh: number;
  more: boolean;
  state: "off" | "waiting" | "on";
}

/** `since` changes when the list is fetched anew, which begins the count again. */
export function useLive(filters: Record<string, string | number | undefined>, on: boolean, since: number): Live {
  const visible = useDocumentVisibility() === "visible";
  const [live, setLive] = useState<Live>({ fresh: 0, more: false, state: "off" });
  const query = new URLSearchParams(
    Object.entries(filters).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  ).toString();
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new list begins a new count
  useEffect(() => setLive((old) => ({ ...old, fresh: 0, more: false })), [query, since]);
  useEffect(() => {
    if (!on || !visible) {
      setLive((old) => ({ ...old, state: "off" }));
      return;
    }
    const feed = new EventSource(`/api/v1/requests/live?${query}`);
    setLive((old) => ({ ...old, state: "waiting" }));
    feed.addEventListener("ready", () => setLive((old) => ({ ...old, state: "on" })));
    feed.addEventListener("requests", (event) => {
      const batch = JSON.parse((event as MessageEvent<string>).data) as { items: Api<"RequestView">[]; more: boolean };
      setLive((old) => ({ state: "on", fresh: old.fresh + batch.items.length, more: old.more || batch.more }));
    });
    // The browser tries again by itself.
    feed.onerror = () => setLive((old) => ({ ...old, state: "waiting" }));
    return () => feed.close();
  }, [on, visible, query]);
  return live;
}
