// Stacked bars over time, drawn by hand: a few rectangles need no library. The same figures stand in a table for those
// who cannot see them, or would rather read.
import { SegmentedControl } from "@mantine/core";
import { useState } from "react";
import { useWords } from "~/i18n";
import styles from "./BarChart.module.css";

export interface Series {
  key: string;
  name: string;
  /** Its place on the scale of colours: the same key has the same one in every chart. */
  colour: number;
  /** One value a slot. */
  values: number[];
}

interface Props {
  title: string;
  /** What each slot is called, in the order of time. */
  slots: string[];
  series: Series[];
  format: (value: number) => string;
}

const WIDTH = 640;
const HEIGHT = 150;
const COLOURS = 8;
const TICKS = 8;

export function BarChart({ title, slots, series, format }: Props) {
  const { t } = useWords();
  const [view, setView] = useState("chart");
  const sums = slots.map((_, at) => series.reduce((sum, one) => sum + (one.values[at] ?? 0), 0));
  return (
    <figure className={styles.chart}>
      <header>
        <h3>{title}</h3>
        <SegmentedControl
          size="xs"
          aria-label={t("chart.view", { title })}
          value={view}
          onChange={setView}
          data={[
            { value: "chart", label: t("chart.chart") },
            { value: "table", label: t("chart.table") },
          ]}
        />
      </header>
      {view === "chart" ? (
        <>
          <Bars title={title} slots={slots} series={series} sums={sums} format={format} />
          <Legend series={series} format={format} />
        </>
      ) : (
        <Table title={title} slots={slots} series={series} sums={sums} format={format} />
      )}
    </figure>
  );
}

function Bars({ title, slots, series, sums, format }: Props & { sums: number[] }) {
  const most = Math.max(...sums, 0);
  const step = WIDTH / Math.max(1, slots.length);
  const every = Math.ceil(slots.length / TICKS);
  const scale = (value: number) => (most > 0 ? (value / most) * (HEIGHT - 18) : 0);
  return (
    <div className={styles.plot}>
      <span className={styles.most}>{most > 0 ? format(most) : ""}</span>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={title}>
        <line x1={0} x2={WIDTH} y1={18} y2={18} className={styles.guide} />
        <line x1={0} x2={WIDTH} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} className={styles.axis} />
        {slots.map((slot, at) => {
          let top = HEIGHT;
          return (
            <g key={at}>
              <title>{[`${slot}: ${format(sums[at] ?? 0)}`, ...parts(series, at, format)].join("\n")}</title>
              <rect x={at * step} width={step} y={0} height={HEIGHT} className={styles.hover} />
              {series.map((one) => {
                const height = scale(one.values[at] ?? 0);
                top -= height;
                return (
                  <rect
                    key={one.key}
                    x={at * step + step * 0.12}
                    width={step * 0.76}
                    y={top}
                    height={height}
                    data-colour={one.colour % COLOURS}
                    className={styles.part}
                  />
                );
              })}
            </g>
          );
        })}
      </svg>
      <div className={styles.ticks} aria-hidden>
        {slots.map((slot, at) => (
          <span key={at}>{at % every === 0 ? slot : ""}</span>
        ))}
      </div>
    </div>
  );
}

function parts(series: Series[], at: number, format: Props["format"]): string[] {
  if (series.length < 2) return [];
  return series.filter((one) => one.values[at]).map((one) => `${one.name}: ${format(one.values[at] ?? 0)}`);
}

function Legend({ series, format }: Pick<Props, "series" | "format">) {
  if (series.length < 2) return null;
  return (
    <ul className={styles.legend}>
      {series.map((one) => (
        <li key={one.key}>
          <span className={styles.swatch} data-colour={one.colour % COLOURS} aria-hidden />
          <span className={styles.name} title={one.name}>
            {one.name}
          </span>
          <span className="num">{format(one.values.reduce((sum, value) => sum + value, 0))}</span>
        </li>
      ))}
    </ul>
  );
}

function Table({ title, slots, series, sums, format }: Props & { sums: number[] }) {
  const { t } = useWords();
  const filled = slots.map((slot, at) => ({ slot, at })).filter(({ at }) => sums[at]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region
    <div className={styles.scroll} tabIndex={0} role="region" aria-label={title}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t("chart.time")}</th>
            {series.map((one) => (
              <th key={one.key} scope="col">
                {one.name}
              </th>
            ))}
            {series.length > 1 && <th scope="col">{t("chart.sum")}</th>}
          </tr>
        </thead>
        <tbody>
          {filled.map(({ slot, at }) => (
            <tr key={at}>
              <th scope="row">{slot}</th>
              {series.map((one) => (
                <td key={one.key}>{format(one.values[at] ?? 0)}</td>
              ))}
              {series.length > 1 && <td>{format(sums[at] ?? 0)}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
