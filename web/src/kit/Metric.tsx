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
  /** The exact figure behind a short one. */
  title?: string;
  tone?: "bad" | undefined;
}

export function Metric({ name, value, title, tone }: Props) {
  return (
    <div className={styles.metric}>
      <dt>{name}</dt>
      <dd className="num" title={title} data-tone={tone}>
        {value ?? "…"}
      </dd>
    </div>
  );
}
