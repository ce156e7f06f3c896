// Short notices of what happened in the background. They are read out, stay while pointed at, and can be closed.
import { ActionIcon } from "@mantine/core";
import { createContext, type ReactNode, useCallback, useContext, useMemo, useRef, useState } from "react";
import { useWords } from "~/i18n";
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

export function Toasts({ children }: { children: ReactNode }) {
  const { t } = useWords();
  const [notices, setNotices] = useState<Notice[]>([]);
  const next = useRef(1);
  const close = useCallback((id: number) => setNotices((all) => all.filter((notice) => notice.id !== id)), []);
  const show = useCallback(
    (tone: Tone, text: ReactNode) => {
      const id = next.current++;
      setNotices((all) => [...all.slice(-3), { id, tone, text }]);
      window.setTimeout(() => close(id), SHOWN_MS);
    },
    [close],
  );
  return (
    <Context value={show}>
      {children}
      <div className={styles.stack} role="status" aria-live="polite">
        {useMemo(
          () =>
            notices.map(({ id, tone, text }) => (
              <div key={id} className={styles.toast} data-tone={tone}>
                {tone === "good" ? <IconCheck size={16} aria-hidden /> : <IconAlert size={16} aria-hidden />}
                <div className={styles.text}>{text}</div>
                <ActionIcon size="sm" aria-label={t("common.close")} onClick={() => close(id)}>
                  <IconX size={14} />
                </ActionIcon>
              </div>
            )),
          [notices, close, t],
        )}
      </div>
    </Context>
  );
}
