// Small parts that every screen uses: status words, money, times, copying, page heads.
import { ActionIcon, Button, type ButtonProps, Tooltip } from "@mantine/core";
import { useClipboard } from "@mantine/hooks";
import type { ReactNode } from "react";
import { useLanguage, useWords } from "~/i18n";
import { dateTime, dollars, isoTime, relative, shortDollars } from "./format";
import { IconAlert, IconCheck, IconCopy } from "./icons";
import styles from "./parts.module.css";

export type Tone = "good" | "warn" | "bad" | "mute" | "info";

/** A state: a colour, always with a mark of its own shape and a word. */
export function Badge({ tone, children }: { tone: Tone; children: ReactNode }) {
  return (
    <span className={styles.badge} data-tone={tone}>
      <span className={styles.mark} aria-hidden />
      {children}
    </span>
  );
}

export function Chip({ children, title }: { children: ReactNode; title?: string }) {
  return (
    <span className={styles.chip} title={title}>
      {children}
    </span>
  );
}

/** Money in full; `short` rounds it for a narrow place and keeps the exact figure on hover. */
export function Money({ usd, short }: { usd: string; short?: boolean }) {
  return (
    <span className={`num ${styles.nowrap}`} title={short ? dollars(usd) : undefined}>
      {short ? shortDollars(usd) : dollars(usd)}
    </span>
  );
}

/** A time as the distance from now; the exact time on hover. */
export function When({ ms }: { ms: number }) {
  const { language } = useLanguage();
  return (
    <time className={styles.nowrap} dateTime={isoTime(ms)} title={dateTime(ms, language)}>
      {relative(ms, Date.now(), language)}
    </time>
  );
}

export function CopyIcon({ text, label }: { text: string; label?: string }) {
  const { t } = useWords();
  const { copy, copied, error } = useCopy(text);
  const said = error ? t("common.copyFailed") : copied ? t("common.copied") : (label ?? t("common.copy"));
  return (
    <Tooltip label={said}>
      <ActionIcon size="sm" aria-label={said} onClick={copy}>
        <CopyState copied={copied} error={error} />
      </ActionIcon>
    </Tooltip>
  );
}

export function CopyButton({ text, children, ...props }: { text: string; children?: ReactNode } & ButtonProps) {
  const { t } = useWords();
  const { copy, copied, error } = useCopy(text);
  return (
    <Button leftSection={<CopyState copied={copied} error={error} />} onClick={copy} {...props}>
      {error ? t("common.copyFailed") : copied ? t("common.copied") : (children ?? t("common.copy"))}
    </Button>
  );
}

/** The clipboard needs a secure origin; on plain http over a network the old way still works. */
function useCopy(text: string) {
  const clipboard = useClipboard({ timeout: 2000 });
  return { copy: () => clipboard.copy(text), copied: clipboard.copied, error: clipboard.error !== null };
}

function CopyState({ copied, error }: { copied: boolean; error: boolean }) {
  if (error) return <IconAlert size={15} aria-hidden />;
  return copied ? <IconCheck size={15} aria-hidden /> : <IconCopy size={15} aria-hidden />;
}

/** Code with a copy button. */
export function CodeBlock({ code, label }: { code: string; label: string }) {
  return (
    <div className={styles.code}>
      {/* It scrolls, so it must be reachable by keyboard. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region */}
      <pre tabIndex={0} aria-label={label} role="region">
        {code}
      </pre>
      <div className={styles.codeCopy}>
        <CopyIcon text={code} />
      </div>
    </div>
  );
}

interface PageProps {
  title: string;
  hint?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  /** How wide the content may become: lists take all, forms and texts a readable measure. */
  width?: "full" | "text";
}

export function Page({ title, hint, actions, children, width = "full" }: PageProps) {
  return (
    <div className={styles.page} data-width={width}>
      <header className={styles.head}>
        <div className={styles.titles}>
          <h1>{title}</h1>
          {hint && <p>{hint}</p>}
        </div>
        {actions && <div className={styles.actions}>{actions}</div>}
      </header>
      {children}
    </div>
  );
}

export function Section({
  title,
  hint,
  actions,
  children,
}: {
  title: string;
  hint?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}) {
  return (
    <section className={styles.section}>
      <header className={styles.sectionHead}>
        <div>
          <h2>{title}</h2>
          {hint && <p>{hint}</p>}
        </div>
        {actions}
      </header>
      {children}
    </section>
  );
}

/** Facts as pairs of name and value. */
export function Facts({ items }: { items: [string, ReactNode][] }) {
  return (
    <dl className={styles.facts}>
      {items.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
