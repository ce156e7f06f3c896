import { Button, Textarea } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useWords } from "~/i18n";
import { duration } from "~/kit/format";
import { CopyIcon } from "~/kit/parts";
import type { Progress } from "~/relay/chat";
import { Broken } from "./Broken";
import { kept } from "./kept";
import styles from "./playground.module.css";
import type { Turn, useChat } from "./useChat";

interface Props {
  chat: ReturnType<typeof useChat>;
  model: string;
  send: (text: string) => void;
  again: () => void;
}

export function Conversation({ chat, model, send, again }: Props) {
  const { t } = useWords();
  const [text, setText] = useState(kept.draft);
  useEffect(() => {
    kept.draft = text;
  }, [text]);
  const go = () => {
    if (!text.trim() || chat.busy) return;
    send(text);
    setText("");
  };
  return (
    <div className={styles.conversation}>
      <div className={styles.turns} aria-live="polite" aria-busy={chat.busy}>
        {chat.turns.length === 0 && !chat.busy && <Begin send={send} />}
        {chat.turns.map((turn, index) => (
          <TurnView key={index} turn={turn} />
        ))}
        {chat.busy && (
          <TurnView
            turn={{
              role: "assistant",
              content: chat.coming?.text ?? "",
              ...(chat.coming ? { progress: chat.coming } : {}),
            }}
            coming
          />
        )}
        {chat.failure !== null && <Broken failure={chat.failure} model={model} />}
      </div>
      <form
        className={styles.input}
        onSubmit={(event) => {
          event.preventDefault();
          go();
        }}
      >
        <Textarea
          aria-label={t("playground.message")}
          placeholder={t("playground.message")}
          autosize
          minRows={2}
          maxRows={10}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
            event.preventDefault();
            go();
          }}
        />
        <div className={styles.buttons}>
          {chat.busy ? (
            <Button variant="default" onClick={chat.stop}>
              {t("playground.stop")}
            </Button>
          ) : (
            <Button type="submit" disabled={!text.trim()}>
              {t("start.send")}
            </Button>
          )}
          {!chat.busy && chat.turns.length > 0 && (
            <Button variant="default" onClick={again}>
              {t("start.again")}
            </Button>
          )}
        </div>
      </form>
    </div>
  );
}

/** Before the first word: what to do, and a few things to say. */
function Begin({ send }: { send: (text: string) => void }) {
  const { t } = useWords();
  return (
    <div className={styles.begin}>
      <p className={styles.note}>{t("playground.begin")}</p>
      {(["hello", "explain", "table"] as const).map((one) => (
        <Button key={one} variant="default" size="compact-md" onClick={() => send(t(`playground.say.${one}`))}>
          {t(`playground.say.${one}`)}
        </Button>
      ))}
    </div>
  );
}

function TurnView({ turn, coming }: { turn: Turn; coming?: boolean }) {
  const { t } = useWords();
  return (
    <article className={styles.turn} data-role={turn.role}>
      <header>
        <strong>{turn.role === "user" ? t("playground.you") : t("playground.answer")}</strong>
        {!coming && turn.content && <CopyIcon text={turn.content} />}
      </header>
      {turn.progress?.reasoning && (
        <details open={coming && !turn.content ? true : undefined}>
          <summary>{t("playground.reasoning")}</summary>
          <p className={styles.reasoning}>{turn.progress.reasoning}</p>
        </details>
      )}
      <p className={styles.text}>
        {turn.content || (coming ? "…" : "")}
        {coming && <span className={styles.caret} aria-hidden />}
      </p>
      {!coming && turn.progress && <How progress={turn.progress} />}
    </article>
  );
}

function How({ progress }: { progress: Progress }) {
  const { t } = useWords();
  return (
    <footer className="num">
      <span>
        {t("start.took", {
          first: duration(progress.firstMs ?? progress.totalMs),
          total: duration(progress.totalMs),
          input: progress.usage?.prompt_tokens ?? "–",
          output: progress.usage?.completion_tokens ?? "–",
        })}
      </span>
      {progress.finish && progress.finish !== "stop" && (
        <span>{t("playground.finish", { reason: progress.finish })}</span>
      )}
      {progress.requestId && (
        <Link to="/logs" search={{ open: progress.requestId }}>
          {t("start.seeLogs")}
        </Link>
      )}
    </footer>
  );
}
