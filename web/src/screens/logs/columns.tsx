// What a row of the log shows.
import type { Api } from "~/api/client";
import { atLeast, useSession } from "~/app/session";
import { useWords } from "~/i18n";
import type { Column } from "~/kit/DataTable";
import { clockTime, compact, dateTime, dayName, duration, integer } from "~/kit/format";
import { Badge, Money } from "~/kit/parts";
import styles from "./logs.module.css";

export type LoggedRequest = Api<"RequestView">;

/** 499 is nobody's fault but the client's own: it left. */
export function Status({ status, code }: { status: number; code?: string }) {
  const tone = status < 400 ? "good" : status === 499 ? "mute" : status < 500 ? "warn" : "bad";
  return (
    <span title={code}>
      <Badge tone={tone}>
        <span className="num">{status}</span>
      </Badge>
    </span>
  );
}

export function useColumns(): Column<LoggedRequest>[] {
  const { t, language } = useWords();
  const admin = atLeast(useSession(), "admin");
  const columns: (Column<LoggedRequest> | null)[] = [
    {
      id: "time",
      header: t("logs.time"),
      cell: (row) => (
        <time
          className="num"
          dateTime={new Date(row.created_ms).toISOString()}
          title={dateTime(row.created_ms, language)}
        >
          <span className={styles.day}>{dayName(row.created_ms, language)}</span> {clockTime(row.created_ms, language)}
        </time>
      ),
    },
    {
      id: "status",
      header: t("common.status"),
      card: "end",
      cell: (row) => <Status status={row.status} code={row.error_code} />,
    },
    {
      id: "model",
      header: t("logs.model"),
      grow: true,
      cell: (row) => (
        <>
          <code title={row.model}>{row.model}</code>
          {row.error_code && <span className={styles.code}> {row.error_code}</span>}
        </>
      ),
    },
    admin
      ? {
          id: "channel",
          header: t("logs.channel"),
          wide: true,
          cell: (row) => (
            <span className={styles.cut} title={row.channel_name ?? ""}>
              {row.channel_name ?? "–"}
              {row.attempts > 1 && <span className={styles.tries}> ×{row.attempts}</span>}
            </span>
          ),
        }
      : null,
    {
      id: "token",
      header: t("logs.token"),
      wide: true,
      cell: (row) => (
        <span className={styles.cut} title={`${row.user_name ?? ""} / ${row.token_name ?? ""}`}>
          {row.token_name ?? row.token_id}
        </span>
      ),
    },
    {
      id: "took",
      header: t("logs.took"),
      align: "right",
      wide: true,
      cell: (row) => <span className="num">{duration(row.duration_ms)}</span>,
    },
    {
      id: "first",
      header: t("logs.first"),
      align: "right",
      wide: true,
      cell: (row) => <span className="num">{row.first_ms ? duration(row.first_ms) : "–"}</span>,
    },
    {
      id: "tokens",
      header: t("logs.tokens"),
      align: "right",
      wide: true,
      cell: (row) => (
        <span
          className="num"
          title={`${integer(row.input_tokens, language)} → ${integer(row.output_tokens, language)}`}
        >
          {row.input_tokens + row.output_tokens === 0
            ? "–"
            : `${compact(row.input_tokens, language)} → ${compact(row.output_tokens, language)}`}
        </span>
      ),
    },
    {
      id: "cost",
      header: t("logs.cost"),
      align: "right",
      card: "end",
      cell: (row) => <Money usd={row.charge_usd} short />,
    },
  ];
  return columns.filter((column) => column !== null);
}
