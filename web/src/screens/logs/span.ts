// The stretch of time that is looked at: one that ends now, or one between two times.
import type { LogSearch } from "./search";

const HOUR = 3_600_000;

export const RANGES = { "1h": HOUR, "24h": 24 * HOUR, "7d": 168 * HOUR, "30d": 720 * HOUR } as const;
export type Range = keyof typeof RANGES;
export const DEFAULT_RANGE: Range = "24h";

export interface Span {
  since_ms: number;
  until_ms: number;
  /** Whether the span goes on with the clock. */
  open: boolean;
}

export function rangeOf(search: LogSearch): Range | null {
  if (search.since_ms !== undefined && search.until_ms !== undefined) return null;
  return search.range && search.range in RANGES ? (search.range as Range) : DEFAULT_RANGE;
}

/** The span at a moment; whole minutes, so that looking again a second later asks for the same. */
export function spanOf(search: LogSearch, now: number): Span {
  const range = rangeOf(search);
  if (range === null) return { since_ms: search.since_ms ?? 0, until_ms: search.until_ms ?? now, open: false };
  const until = Math.ceil((now + 1) / 60_000) * 60_000;
  return { since_ms: until - RANGES[range], until_ms: until, open: true };
}

/** The hour around a moment. */
export function around(ms: number): Span {
  const since = Math.floor(ms / 60_000) * 60_000 - HOUR / 2;
  return { since_ms: since, until_ms: since + HOUR, open: false };
}

/** The filters the gateway takes, without time. A request that is named is looked for whatever else was asked. */
export function filtersOf(search: LogSearch) {
  const { id, status, model, channel_id, token_id, user_id, min_duration_ms } = search;
  return id ? { id } : { status, model, channel_id, token_id, user_id, min_duration_ms };
}
