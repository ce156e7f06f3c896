// Short notices of what happened in the background. They are read out, stay while pointed at, and can be closed.
import { ActionIcon } from "@mantine/core";
import { createContext, type ReactNode, useCallback, useContext, useEffect, useRef, useState } from "react";
import { useWords } from "~/i18n";
import { tell } from "./failure";
import { IconAlert, IconCheck, IconX } from "./icons";
import styles from "./toast.module.css";

type Tone = "good" | "bad";
interface Notice {
  id: number;
  tone: Tone;
  text: ReactNode;
}

const SHOWN_MS = 6000;
const Context = createContext<(tone: Tone, text: ReactNode) => void>(() => {});

export function useToast() {
  return useContext(Context);
}

/** Says of a failed action in the background what went wrong. */
export function useComplain() {
  const words = useWords();
  const toast = useToast();
  return (error: unknown) => {
    const told = tell(error, words);
    toast("bad", told.detail ? `${told.title} ${told.detail}` : told.title);
  };
}

export function Toasts({ children }: { children: ReactNode }) {
  const [notices, setNotices] = useState<Notice[]>([]);
  const next = useRef(1);
  const close = useCallback((id: number) => setNotices((all) => all.filter((notice) => notice.id !== id)), []);
  const show = useCallback((tone: Tone, text: ReactNode) => {
    const id = next.current++;
    setNotices((all) => [...all.slice(-3), { id, tone, text }]);
  }, []);
  return (
    <Context value={show}>
      {children}
      <div className={styles.stack} role="status" aria-live="polite">
        {notices.map((notice) => (
          <Toast key={notice.id} notice={notice} close={close} />
        ))}
      </div>
    </Context>
  );
}

function Toast({ notice: { id, tone, text }, close }: { notice: Notice; close: (id: number) => void }) {
  const { t } = useWords();
  const [pointed, setPointed] = useState(false);
  useEffect(() => {
    if (pointed) return;
    const timer = window.setTimeout(() => close(id), SHOWN_MS);
    return () => window.clearTimeout(timer);
  }, [pointed, id, close]);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: pointing at it only makes it stay
    <div
      className={styles.toast}
      data-tone={tone}
      onMouseEnter={() => setPointed(true)}
      onMouseLeave={() => setPointed(false)}
    >
      {tone === "good" ? <IconCheck size={16} aria-hidden /> : <IconAlert size={16} aria-hidden />}
      <div className={styles.text}>{text}</div>
      <ActionIcon size="sm" aria-label={t("common.close")} onClick={() => close(id)}>
        <IconX size={14} />
      </ActionIcon>
    </div>
  );
}
