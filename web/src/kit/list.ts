// A list's state lives in the address: filters, order, page. This binds it to one request and to the table.
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useRef } from "react";
import { ApiFailure } from "~/api/client";
import type { Paging } from "./DataTable";

export interface ListSearch {
  sort?: string | undefined;
  cursor?: string | undefined;
}

interface PageOf<Row> {
  items: Row[];
  next?: string | null | undefined;
  total?: number | null | undefined;
}

/** One page of a list: `search` is the address's state, `load` asks the gateway for it. */
export function useList<Row, Search extends ListSearch>(
  name: string,
  search: Search,
  load: (search: Search) => Promise<PageOf<Row>>,
  defaultSort?: string,
) {
  const navigate = useNavigate();
  /** Cursor of a page -> that of the page before it, as far as one came that way. */
  const before = useRef(new Map<string, string | undefined>());
  const query = useQuery({
    queryKey: [name, "list", search],
    queryFn: () => load(search),
    placeholderData: keepPreviousData,
  });
  const go = (change: Partial<ListSearch>) =>
    void navigate({ to: ".", search: ((old: Search) => ({ ...old, ...change })) as never });
  const page = query.data;
  const paging: Paging = {
    sort: search.sort ?? defaultSort,
    onSort: (sort) => go({ sort: sort === defaultSort ? undefined : sort, cursor: undefined }),
    hasPrevious: search.cursor !== undefined,
    hasNext: Boolean(page?.next),
    // Pages are reached one from the other; who came here by a link goes back to the first.
    onPrevious: () => go({ cursor: before.current.get(search.cursor ?? "") }),
    onNext: () => {
      const next = page?.next ?? undefined;
      if (next) before.current.set(next, search.cursor);
      go({ cursor: next });
    },
    total: page?.total,
  };
  /** Changes filters, which begins again at the first page. */
  const filter = (change: Partial<Search>) => {
    void navigate({
      to: ".",
      replace: true,
      search: ((old: Search) => pruned({ ...old, ...change, cursor: undefined })) as never,
    });
  };
  return {
    page,
    rows: page?.items,
    error: query.isError ? query.error : null,
    /** The rows are those of what was asked before. */
    busy: query.isPlaceholderData,
    retry: () => (isGone(query.error) ? go({ cursor: undefined }) : void query.refetch()),
    paging,
    filter,
  };
}

/** Whether a page of a list was asked for that there is no more: its first one will do. */
export function isGone(error: unknown): boolean {
  return error instanceof ApiFailure && error.code === "invalid_cursor";
}

/** Without what is empty, so that addresses stay short. */
export function pruned<T extends object>(values: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined && value !== ""),
  ) as Partial<T>;
}

type Kind = "string" | "number";

/** A reader of the address's parameters: those named, when they have the right type; all else is left out. */
export function searchReader<Shape extends Record<string, Kind>>(shape: Shape) {
  type Read = { [K in keyof Shape]?: (Shape[K] extends "number" ? number : string) | undefined };
  return (given: Record<string, unknown>): Read => {
    const read: Record<string, string | number> = {};
    for (const [name, kind] of Object.entries(shape)) {
      const value = given[name];
      if (kind === "number" && typeof value === "number" && Number.isFinite(value)) read[name] = value;
      // The router reads `?search=42` as a number; a name may well be one.
      else if (kind === "string" && (typeof value === "string" || typeof value === "number"))
        read[name] = String(value);
    }
    return read as Read;
  };
}
