// From one request to its neighbours, and from one page of the log to the next. The gateway pages forwards only, so the way
// back is remembered.
import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useRef } from "react";
import { api, take } from "~/api/client";
import { useWords } from "~/i18n";
import { tell } from "~/kit/failure";
import { useToast } from "~/kit/toast";
import type { LogSearch } from "./search";
import { filtersOf, type Span } from "./span";

const PAGE = 50;
/** A page of a narrow filter may come empty although more follow: so many are turned before giving up. */
const MOST_EMPTY = 10;
const KEPT_MS = 60_000;

function pageQuery(search: LogSearch, span: Span) {
  const filters = filtersOf(search);
  const query = filters.id
    ? filters
    : { ...filters, since_ms: span.since_ms, until_ms: span.until_ms, cursor: search.cursor, limit: PAGE };
  return queryOptions({
    queryKey: ["requests", query],
    queryFn: () => take(api.GET("/api/v1/requests", { params: { query } })),
  });
}

type Cursor = string | undefined;

/** The page that the address asks for, and the ways on from it. */
export function useWalk(search: LogSearch, span: Span) {
  const client = useQueryClient();
  const navigate = useNavigate({ from: "/logs" });
  const words = useWords();
  const toast = useToast();
  /** Cursor of a page -> that of the page before it, as far as one came that way. */
  const before = useRef(new Map<Cursor, Cursor>());
  const list = useQuery({ ...pageQuery(search, span), placeholderData: (old) => old });
  const { cursor } = search;
  const rows = list.data?.items;
  const next = list.data?.next ?? undefined;
  const show = (id: string | undefined) => void navigate({ search: (old) => ({ ...old, open: id }) });
  const turn = (to: Cursor, open?: string) => void navigate({ search: (old) => ({ ...old, cursor: to, open }) });

  /** Turns pages in one direction up to one that has requests, and opens the one at its near edge. */
  const across = async (start: Cursor, older: boolean) => {
    let at = start;
    if (older) before.current.set(at, cursor);
    for (let turned = 0; turned < MOST_EMPTY; turned++) {
      const page = await client.fetchQuery({ ...pageQuery({ ...search, cursor: at }, span), staleTime: KEPT_MS });
      const edge = older ? page.items[0] : page.items[page.items.length - 1];
      const further = older ? (page.next ?? undefined) : before.current.get(at);
      if (edge) return turn(at, edge.id);
      if (older ? further === undefined : !before.current.has(at)) return;
      if (older) before.current.set(further, at);
      at = further;
    }
  };
  const complain = (error: unknown) => toast("bad", tell(error, words).title);

  const place = rows?.findIndex((row) => row.id === search.open) ?? -1;
  const step = (by: 1 | -1) => {
    if (!rows || place < 0) return undefined;
    const neighbour = rows[place + by];
    if (neighbour) return () => show(neighbour.id);
    if (by === 1 && next) return () => void across(next, true).catch(complain);
    if (by === -1 && before.current.has(cursor)) {
      return () => void across(before.current.get(cursor), false).catch(complain);
    }
    return undefined;
  };
  return {
    list,
    rows,
    show,
    newer: step(-1),
    older: step(1),
    paging: {
      hasPrevious: cursor !== undefined,
      hasNext: next !== undefined,
      // Who came here by a link goes back to the first page.
      onPrevious: () => turn(before.current.get(cursor)),
      onNext: () => {
        before.current.set(next, cursor);
        turn(next);
      },
    },
  };
}
