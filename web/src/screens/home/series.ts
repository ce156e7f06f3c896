// From the gateway's sums to what a chart draws: every slot of the span, the largest keys by name, the rest together.
import type { Api } from "~/api/client";
import type { Series } from "~/kit/BarChart";

type Total = Api<"TotalView">;

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const MOST_SERIES = 7;
const REST_COLOUR = 7;

export interface Frame {
  since_ms: number;
  until_ms: number;
  bucket: "hour" | "day";
  offset_minutes: number;
}

/** The last day by hours, or the last days by days, in the browser's time zone. */
export function frameOf(days: number, now: number): Frame {
  const offset = -new Date(now).getTimezoneOffset();
  const size = days <= 1 ? HOUR : DAY;
  const shift = offset * 60_000;
  const end = Math.floor((now + shift) / size) * size - shift + size;
  return {
    since_ms: end - days * DAY,
    until_ms: end,
    bucket: days <= 1 ? "hour" : "day",
    offset_minutes: offset,
  };
}

export function slotsOf(frame: Frame): number[] {
  const size = frame.bucket === "hour" ? HOUR : DAY;
  return Array.from(
    { length: Math.round((frame.until_ms - frame.since_ms) / size) },
    (_, at) => frame.since_ms + at * size,
  );
}

/** A colour for each key, by how many requests it stands for; the last colour is that of the rest. */
export function coloursOf(totals: Total[]): Map<string, number> {
  const requests = new Map<string, number>();
  for (const total of totals) requests.set(total.key, (requests.get(total.key) ?? 0) + total.requests);
  const sorted = [...requests].sort(([, a], [, b]) => b - a);
  return new Map(sorted.map(([key], at) => [key, at % REST_COLOUR]));
}

/** One series a key, the largest first; those beyond the colours become one, called `rest`. */
export function seriesOf(
  totals: Total[],
  frame: Frame,
  value: (total: Total) => number,
  nameOf: (key: string) => string,
  rest: string,
): Series[] {
  const colours = coloursOf(totals);
  const slots = slotsOf(frame);
  const place = new Map(slots.map((start, at) => [start, at]));
  const byKey = new Map<string, number[]>();
  for (const total of totals) {
    const at = place.get(total.start_ms);
    if (at === undefined) continue;
    const values = byKey.get(total.key) ?? slots.map(() => 0);
    values[at] = (values[at] ?? 0) + value(total);
    byKey.set(total.key, values);
  }
  const sum = (values: number[]) => values.reduce((all, one) => all + one, 0);
  const sorted = [...byKey].filter(([, values]) => sum(values) > 0).sort(([, a], [, b]) => sum(b) - sum(a));
  const shown = sorted
    .slice(0, MOST_SERIES)
    .map(([key, values]) => ({ key, name: nameOf(key), colour: colours.get(key) ?? 0, values }));
  const others = sorted.slice(MOST_SERIES);
  if (others.length === 0) return shown;
  const together = slots.map((_, at) => others.reduce((all, [, values]) => all + (values[at] ?? 0), 0));
  return [...shown, { key: " rest", name: rest, colour: REST_COLOUR, values: together }];
}
