import type { ReactNode } from "react";
import { useWords } from "~/i18n";
import { IconCheck } from "~/kit/icons";
import styles from "./start.module.css";

interface Props {
  number: number;
  title: string;
  done: boolean;
  /** Its turn has not come: only the heading is shown. */
  waiting?: boolean;
  children: ReactNode;
}

export function Step({ number, title, done, waiting, children }: Props) {
  const { t } = useWords();
  return (
    <li className={styles.step} data-waiting={waiting || undefined}>
      <span className={styles.number} data-done={done || undefined}>
        {done ? <IconCheck size={15} stroke={2.4} aria-label={t("common.done")} role="img" /> : number}
      </span>
      <div className={styles.content}>
        <h2>{title}</h2>
        {!waiting && children}
      </div>
    </li>
  );
}
