// The tries of a request on one time line: where each went, how long its head took, how it ended.
import { Link } from "@tanstack/react-router";
import type { Api } from "~/api/client";
import { useWords } from "~/i18n";
import { duration } from "~/kit/format";
import { Badge, type Tone } from "~/kit/parts";
import styles from "./logs.module.css";

type Detail = Api<"RequestDetail">;

const GOOD = new Set(["ok", "success", "complete", "client_gone"]);

function toneOf(outcome: string, status: number): Tone {
  if (GOOD.has(outcome) || (status > 0 && status < 400)) return outcome === "client_gone" ? "mute" : "good";
  return "bad";
}

type Try = Detail["tries"][number];

/** Why this channel was chosen, as it was noted at the time. */
function Why({ one, before }: { one: Try; before: Try | undefined }) {
  const { t, n } = useWords();
  const { choice } = one;
  if (!choice) return null;
  if (before && before.channel_id === one.channel_id) {
    const other = before.key_id !== one.key_id;
    return <p className={styles.why}>{other ? t("logs.why.otherKey") : t("logs.why.again")}</p>;
  }
  const { priority, weight, weights, among, resting } = choice;
  const parts = [
    choice.last_resort
      ? t("logs.why.lastResort")
      : among > 1
        ? t("logs.why.drawn", { priority, among, weight, weights })
        : t("logs.why.only", { priority }),
    resting > 0 && n("logs.why.resting", resting),
    choice.bridged && t("logs.why.bridged"),
  ].filter(Boolean);
  return <p className={styles.why}>{parts.join(" · ")}</p>;
}

export function Timeline({ request }: { request: Detail }) {
  const { t, find } = useWords();
  const last = request.tries[request.tries.length - 1];
  const total = Math.max(1, request.duration_ms);
  const share = (ms: number) => `${Math.max(0, Math.min(100, (ms / total) * 100))}%`;
  if (request.tries.length === 0) return <p className={styles.note}>{t("logs.noAttempts")}</p>;
  return (
    <ol className={styles.tryList}>
      {request.tries.map((one, at) => (
        <li key={one.seq}>
          <div className={styles.tryHead}>
            <span className="num">{one.seq + 1}</span>
            <strong>
              {one.channel_id ? (
                <Link to="/channels" search={{ open: String(one.channel_id) }}>
                  {one.channel_name ?? one.channel_id}
                </Link>
              ) : (
                (one.channel_name ?? t("logs.hidden"))
              )}
            </strong>
            {one.key_id ? (
              <span className={styles.key}>
                {t("logs.key")} {one.key_hint ? <code>{one.key_hint}</code> : t("logs.keyGone")}
              </span>
            ) : null}
            <Badge tone={toneOf(one.outcome, one.status)}>
              {one.status > 0 && `${one.status} `}
              {find(`logs.outcomes.${one.outcome}`) ?? one.outcome}
            </Badge>
            <span className={`num ${styles.tryTime}`}>{duration(one.duration_ms)}</span>
          </div>
          <Why one={one} before={request.tries[at - 1]} />
          <div className={styles.track} aria-hidden>
            <span
              className={styles.wait}
              style={{
                left: share(one.started_ms),
                width: share(Math.max(one.head_ms || one.duration_ms, total / 200)),
              }}
            />
            {one.head_ms > 0 && (
              <span
                className={styles.body}
                style={{ left: share(one.started_ms + one.head_ms), width: share(one.duration_ms - one.head_ms) }}
              />
            )}
          </div>
          {one.message && <p className={styles.said}>{one.message}</p>}
        </li>
      ))}
      {last && !GOOD.has(last.outcome) && (
        <li className={styles.said}>{last.outcome === "request" ? t("logs.ends.request") : t("logs.ends.all")}</li>
      )}
      <li className={styles.scale}>
        <span>{t("logs.matched", { time: duration(request.matched_ms) })}</span>
        <span>{duration(request.duration_ms)}</span>
      </li>
    </ol>
  );
}
