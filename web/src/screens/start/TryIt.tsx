// Step three: the very request of the snippets, sent through the public endpoint with the new token.
import { Button, Select } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { useWords } from "~/i18n";
import { duration } from "~/kit/format";
import { Failure, Note } from "~/kit/states";
import { type Progress, RelayFailure, streamChat } from "~/relay/chat";
import styles from "./start.module.css";

export function TryIt({ apiKey, models, first }: { apiKey: string; models: string[]; first: string }) {
  const { t } = useWords();
  const [model, setModel] = useState(first);
  const [progress, setProgress] = useState<Progress | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const stop = useRef<AbortController | null>(null);
  useEffect(() => setModel(first), [first]);
  useEffect(() => () => stop.current?.abort(), []);
  const send = async () => {
    stop.current?.abort();
    const controller = new AbortController();
    stop.current = controller;
    setBusy(true);
    setFailure(null);
    setProgress(null);
    try {
      const request = { model, messages: [{ role: "user" as const, content: t("start.hello") }] };
      for await (const now of streamChat(apiKey, request, controller.signal)) setProgress(now);
    } catch (error) {
      if (!controller.signal.aborted) setFailure(error);
    } finally {
      setBusy(false);
    }
  };
  const requestId = progress?.requestId || (failure instanceof RelayFailure ? failure.requestId : "");
  return (
    <>
      <p className={styles.quiet}>{t("start.tryHint")}</p>
      <div className={styles.send}>
        <Select
          aria-label={t("start.model")}
          data={models}
          value={model}
          allowDeselect={false}
          searchable
          onChange={(value) => setModel(value ?? first)}
        />
        <Button onClick={() => void send()} loading={busy}>
          {progress || failure ? t("start.again") : t("start.send")}
        </Button>
      </div>
      {(progress || busy) && (
        <div className={styles.answer} aria-live="polite" aria-busy={busy}>
          {progress?.text || (busy ? "…" : "")}
        </div>
      )}
      {failure instanceof RelayFailure ? (
        <Note tone="bad" title={t("start.failed", { status: failure.status })}>
          {failure.message}
        </Note>
      ) : (
        failure !== null && <Failure error={failure} />
      )}
      {!busy && requestId && (
        <div className={styles.result}>
          {progress && failure === null && (
            <span className="num">
              {t("start.took", {
                first: duration(progress.firstMs ?? progress.totalMs),
                total: duration(progress.totalMs),
                input: progress.usage?.prompt_tokens ?? "–",
                output: progress.usage?.completion_tokens ?? "–",
              })}
            </span>
          )}
          <Link to="/logs" search={{ open: requestId }}>
            {t("start.seeLogs")}
          </Link>
        </div>
      )}
    </>
  );
}
