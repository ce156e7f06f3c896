// Requests over time, errors below. Dragging over it chooses a stretch; the keyboard has the range buttons and the table.
import { Button } from "@mantine/core";
import { type PointerEvent, useRef, useState } from "react";
import type { Api } from "~/api/client";
import { useWords } from "~/i18n";
import { dateTime, integer, moment } from "~/kit/format";
import styles from "./logs.module.css";
import type { filtersOf, Span } from "./span";
import { useSummary } from "./useSummary";

interface Props {
  filters: ReturnType<typeof filtersOf>;
  span: Span;
  select: (since: number, until: number) => void;
}

type Bar = Api<"BarView">;

const WIDTH = 1000;
const HEIGHT = 72;

export function Histogram({ filters, span, select }: Props) {
  const { t, language } = useWords();
  const { data } = useSummary(filters, span);
  const [table, setTable] = useState(false);
  const [pointed, setPointed] = useState<number | null>(null);
  const bars = data?.items ?? [];
  const bucket = data?.bucket_ms ?? 0;
  const most = Math.max(1, ...bars.map((bar) => bar.requests));
  const length = span.until_ms - span.since_ms;
  const x = (ms: number) => ((ms - span.since_ms) / length) * WIDTH;
  const high = (count: number) => (count === 0 ? 0 : Math.max(2, (count / most) * (HEIGHT - 4)));
  const brush = useBrush(span, bucket, select);
  const under = pointed === null ? undefined : bars.find((bar) => bar.start_ms === pointed);
  return (
    <figure className={styles.histogram}>
      <div className={styles.plot}>
        <span className={styles.most} aria-hidden>
          {bars.length > 0 && integer(most, language)}
        </span>
        <svg
          viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={t("logs.chart", { most: integer(most, language) })}
          {...brush.handlers}
          onPointerMove={(event) => {
            brush.handlers.onPointerMove(event);
            setPointed(bucket ? Math.floor(brush.timeAt(event) / bucket) * bucket : null);
          }}
          onPointerLeave={() => setPointed(null)}
        >
          <line x1={0} x2={WIDTH} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} className={styles.axis} />
          {data && data.since_ms > span.since_ms && (
            <rect className={styles.unseen} x={0} width={Math.max(0, x(data.since_ms))} y={0} height={HEIGHT} />
          )}
          {bars.map((bar) => (
            <Column key={bar.start_ms} bar={bar} x={x} bucket={bucket} high={high} pointed={bar.start_ms === pointed} />
          ))}
          {brush.chosen && (
            <rect
              className={styles.brush}
              x={x(brush.chosen[0])}
              width={x(brush.chosen[1]) - x(brush.chosen[0])}
              y={0}
              height={HEIGHT}
            />
          )}
        </svg>
      </div>
      <figcaption>
        <span className="num">{moment(span.since_ms, language)}</span>
        <span className={styles.reading}>
          {brush.chosen ? (
            <span className="num">{`${moment(brush.chosen[0], language)} – ${moment(brush.chosen[1], language)}`}</span>
          ) : under ? (
            <span className="num">{`${moment(under.start_ms, language)}: ${t("logs.barTitle", {
              requests: integer(under.requests, language),
              errors: integer(under.errors, language),
            })}`}</span>
          ) : (
            <>
              <Button
                variant="subtle"
                color="gray"
                size="compact-xs"
                aria-expanded={table}
                onClick={() => setTable(!table)}
              >
                {table ? t("logs.asChart") : t("logs.asTable")}
              </Button>
              <Made filters={filters} span={span} />
            </>
          )}
        </span>
        <span className="num">{moment(span.until_ms, language)}</span>
      </figcaption>
      {table && <Table bars={bars} />}
    </figure>
  );
}

interface ColumnProps {
  bar: Bar;
  x: (ms: number) => number;
  bucket: number;
  high: (count: number) => number;
  pointed: boolean;
}

/** One bar, the errors at its foot. Those of the ends may reach beyond the span: they are cut off. */
function Column({ bar, x, bucket, high, pointed }: ColumnProps) {
  const left = Math.max(0, x(bar.start_ms));
  const right = Math.min(WIDTH, x(bar.start_ms + bucket));
  const width = Math.max(2, right - left - Math.min(3, (right - left) * 0.15));
  return (
    <g data-pointed={pointed || undefined}>
      <rect
        className={styles.barGood}
        x={left}
        width={width}
        y={HEIGHT - high(bar.requests)}
        height={high(bar.requests)}
      />
      <rect className={styles.barBad} x={left} width={width} y={HEIGHT - high(bar.errors)} height={high(bar.errors)} />
    </g>
  );
}

/** What the figures above are made of, when it is not simply everything. */
function Made({ filters, span }: Pick<Props, "filters" | "span">) {
  const { t, language } = useWords();
  const { data } = useSummary(filters, span);
  if (!data) return null;
  const parts = [
    data.since_ms > span.since_ms && t("logs.countedSince", { time: dateTime(data.since_ms, language) }),
    !data.exact && t("logs.timedSome", { count: integer(data.sampled, language) }),
  ].filter(Boolean);
  return <span>{parts.join(" ")}</span>;
}

function Table({ bars }: { bars: Bar[] }) {
  const { t, language } = useWords();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region
    <div className={styles.barTable} tabIndex={0} role="region" aria-label={t("logs.overTime")}>
      <table>
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
              <td>{integer(bar.requests, language)}</td>
              <td>{integer(bar.errors, language)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The stretch of time between pressing and letting go, in whole bars. */
function useBrush(span: Span, bucket: number, done: (since: number, until: number) => void) {
  const start = useRef<number | null>(null);
  const [chosen, setChosen] = useState<[number, number] | null>(null);
  const timeAt = (event: PointerEvent<SVGElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const share = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
    return span.since_ms + share * (span.until_ms - span.since_ms);
  };
  const whole = (from: number, to: number): [number, number] => {
    const [low, high] = from < to ? [from, to] : [to, from];
    const step = bucket || 1;
    const since = Math.max(span.since_ms, Math.floor(low / step) * step);
    return [since, Math.min(span.until_ms, Math.ceil(high / step) * step)];
  };
  const forget = () => {
    start.current = null;
    setChosen(null);
  };
  const handlers = {
    onPointerDown: (event: PointerEvent<SVGElement>) => {
      if (event.button !== 0) return;
      start.current = timeAt(event);
      event.currentTarget.setPointerCapture(event.pointerId);
    },
    onPointerMove: (event: PointerEvent<SVGElement>) => {
      if (start.current !== null) setChosen(whole(start.current, timeAt(event)));
    },
    onPointerUp: (event: PointerEvent<SVGElement>) => {
      const from = start.current;
      forget();
      if (from === null) return;
      const far = Math.abs(timeAt(event) - from) > (span.until_ms - span.since_ms) * 0.005;
      if (far) done(...whole(from, timeAt(event)));
    },
    // A finger that scrolls the page takes the pointer away.
    onPointerCancel: forget,
  };
  return { chosen, handlers, timeAt };
}
