// What a screen shows when it has nothing to show yet, nothing at all, or a failure.
import { Button, Loader } from "@mantine/core";
import { type ReactNode, useEffect, useState } from "react";
import { useWords } from "~/i18n";
import { tell } from "./failure";
import { IconAlert } from "./icons";
import styles from "./states.module.css";

/** Nothing for 200 ms, for most answers come sooner; then a spinner. */
export function Loading() {
  const { t } = useWords();
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = window.setTimeout(() => setLate(true), 200);
    return () => window.clearTimeout(timer);
  }, []);
  return (
    <div className={styles.loading} role="status" data-loading>
      {late && <Loader size="sm" type="dots" />}
      <span className="visually-hidden">{t("common.loading")}</span>
    </div>
  );
}

export function Failure({ error, retry }: { error: unknown; retry?: (() => void) | undefined }) {
  const words = useWords();
  const told = tell(error, words);
  return (
    <div className={styles.failure} role="alert">
      <IconAlert size={18} aria-hidden />
      <div>
        <strong>{told.title}</strong>
        {told.detail && <p>{told.detail}</p>}
        {told.requestId && (
          <p className={styles.small}>
            {words.t("common.requestId")} <code>{told.requestId}</code>
          </p>
        )}
        {retry && (
          <Button variant="default" size="compact-sm" mt={8} onClick={retry}>
            {words.t("common.retry")}
          </Button>
        )}
      </div>
    </div>
  );
}

interface EmptyProps {
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}

export function Empty({ title, children, action }: EmptyProps) {
  return (
    <div className={styles.empty}>
      <h2>{title}</h2>
      {children && <div className={styles.hint}>{children}</div>}
      {action && <div className={styles.action}>{action}</div>}
    </div>
  );
}

/** A remark within a form or a page, with its tone in colour, icon and words. */
export function Note({
  tone,
  title,
  children,
}: {
  tone: "good" | "warn" | "bad" | "info";
  title?: string;
  children?: ReactNode;
}) {
  return (
    <div className={styles.note} data-tone={tone} role={tone === "bad" ? "alert" : undefined}>
      {title && <strong>{title}</strong>}
      {children && <div>{children}</div>}
    </div>
  );
}
