import type { ReactNode } from "react";
import styles from "./Metric.module.css";

/** Figures side by side. */
export function Metrics({ label, children }: { label: string; children: ReactNode }) {
  return (
    <dl className={styles.strip} aria-label={label}>
      {children}
    </dl>
  );
}

interface Props {
  name: string;
  /** Undefined while it is not known yet. */
  value: string | undefined;
  /** The exact figure behind a short one, or what it is made of. */
  title?: string | undefined;
  /** A second figure, below the first; "" keeps the room for one. */
  note?: string | undefined;
  tone?: "bad" | undefined;
}

export function Metric({ name, value, title, note, tone }: Props) {
  return (
    <div className={styles.metric} title={title}>
      <dt>{name}</dt>
      <dd className="num" data-tone={tone}>
        {value ?? "…"}
      </dd>
      {/* A space keeps the line, so that nothing moves when the figures come. */}
      {note !== undefined && <dd className={`num ${styles.note}`}>{note || "\u00a0"}</dd>}
    </div>
  );
}
