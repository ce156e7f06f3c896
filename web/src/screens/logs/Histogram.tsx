// Requests over time, errors below. Dragging over it chooses a stretch; the keyboard has the range buttons and the table.
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type PointerEvent, useRef, useState } from "react";
import { api, take } from "~/api/client";
import { useWords } from "~/i18n";
import { dateTime, integer } from "~/kit/format";
import styles from "./logs.module.css";
import type { filtersOf, Span } from "./span";

interface Props {
  filters: ReturnType<typeof filtersOf>;
  span: Span;
  select: (since: number, until: number) => void;
}

const WIDTH = 1000;
const HEIGHT = 64;

export function useHistogram(filters: Props["filters"], span: Span) {
  const query = { ...filters, since_ms: span.since_ms, until_ms: span.until_ms };
  return useQuery({
    queryKey: ["histogram", query],
    queryFn: () => take(api.GET("/api/v1/requests/histogram", { params: { query } })),
    placeholderData: (old) => old,
  });
}

export function Histogram({ filters, span, select }: Props) {
  const { t, language } = useWords();
  const { data } = useHistogram(filters, span);
  const [table, setTable] = useState(false);
  const bars = data?.items ?? [];
  const most = Math.max(1, ...bars.map((bar) => bar.requests));
  const length = span.until_ms - span.since_ms;
  const x = (ms: number) => ((ms - span.since_ms) / length) * WIDTH;
  const width = Math.max(2, ((data?.bucket_ms ?? length) / length) * WIDTH - 2);
  const high = (count: number) => (count === 0 ? 0 : Math.max(2, (count / most) * (HEIGHT - 4)));
  const brush = useBrush(
    (from, to) => select(span.since_ms + from * length, span.since_ms + to * length),
    (data?.bucket_ms ?? 0) / length,
  );
  return (
    <figure className={styles.histogram}>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={t("logs.chart", { most: integer(most, language) })}
        {...brush.handlers}
      >
        <line x1={0} x2={WIDTH} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} className={styles.axis} />
        {bars.map((bar) => (
          <g key={bar.start_ms}>
            <title>{`${dateTime(bar.start_ms, language)}: ${t("logs.barTitle", { requests: bar.requests, errors: bar.errors })}`}</title>
            <rect
              className={styles.barGood}
              x={x(bar.start_ms)}
              width={width}
              y={HEIGHT - high(bar.requests)}
              height={high(bar.requests)}
            />
            <rect
              className={styles.barBad}
              x={x(bar.start_ms)}
              width={width}
              y={HEIGHT - high(bar.errors)}
              height={high(bar.errors)}
            />
          </g>
        ))}
        {brush.chosen && (
          <rect
            className={styles.brush}
            x={brush.chosen[0] * WIDTH}
            width={(brush.chosen[1] - brush.chosen[0]) * WIDTH}
            y={0}
            height={HEIGHT}
          />
        )}
      </svg>
      <figcaption>
        <span className="num">{dateTime(span.since_ms, language)}</span>
        <Button variant="subtle" color="gray" size="compact-xs" aria-expanded={table} onClick={() => setTable(!table)}>
          {table ? t("logs.asChart") : t("logs.asTable")}
        </Button>
        <span className="num">{dateTime(span.until_ms, language)}</span>
      </figcaption>
      {table && (
        <table className={styles.barTable}>
          <thead>
            <tr>
              <th scope="col">{t("logs.time")}</th>
              <th scope="col">{t("logs.requests")}</th>
              <th scope="col">{t("logs.errors")}</th>
            </tr>
          </thead>
          <tbody>
            {bars.map((bar) => (
              <tr key={bar.start_ms}>
                <th scope="row">{dateTime(bar.start_ms, language)}</th>
                <td>{bar.requests}</td>
                <td>{bar.errors}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </figure>
  );
}

/** The stretch between pressing and letting go, as shares of the width, in whole bars. */
function useBrush(done: (from: number, to: number) => void, bar: number) {
  const start = useRef<number | null>(null);
  const [chosen, setChosen] = useState<[number, number] | null>(null);
  const at = (event: PointerEvent<SVGElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    return Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
  };
  const whole = (from: number, to: number): [number, number] => {
    const [low, high] = from < to ? [from, to] : [to, from];
    return bar > 0 ? [Math.floor(low / bar) * bar, Math.min(1, Math.ceil(high / bar) * bar)] : [low, high];
  };
  const handlers = {
    onPointerDown: (event: PointerEvent<SVGElement>) => {
      start.current = at(event);
      event.currentTarget.setPointerCapture(event.pointerId);
    },
    onPointerMove: (event: PointerEvent<SVGElement>) => {
      if (start.current !== null) setChosen(whole(start.current, at(event)));
    },
    onPointerUp: (event: PointerEvent<SVGElement>) => {
      const from = start.current;
      start.current = null;
      setChosen(null);
      if (from !== null && Math.abs(at(event) - from) > 0.005) done(...whole(from, at(event)));
    },
  };
  return { chosen, handlers };
}
