import styles from "./logo.module.css";

/** The gate of a channel, and the name. */
export function Logo({ small }: { small?: boolean }) {
  return (
    <span className={styles.logo}>
      <svg viewBox="0 0 32 32" width={small ? 22 : 28} height={small ? 22 : 28} aria-hidden="true">
        <rect width="32" height="32" rx="7" className={styles.plate} />
        <g className={styles.gate}>
          <path d="M8 7v18M24 7v18" />
          <path d="M8 11h16" opacity=".55" />
          <path d="M12 16.5c1.3-1.3 2.7-1.3 4 0s2.7 1.3 4 0M12 21.5c1.3-1.3 2.7-1.3 4 0s2.7 1.3 4 0" />
        </g>
      </svg>
      <span className={styles.name} data-small={small}>
        Sluice
      </span>
    </span>
  );
}
