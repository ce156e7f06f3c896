// How this worker and its channels are, looked at every ten seconds.
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type Api, api, take } from "~/api/client";
import { useWords } from "~/i18n";
import { DataTable } from "~/kit/DataTable";
import { duration, integer, percent } from "~/kit/format";
import { Badge, Facts, Page, Section, When } from "~/kit/parts";
import { Empty, Failure, Loading } from "~/kit/states";
import styles from "./health.module.css";

type Channel = Api<"ChannelView">;

/** What the worker says of itself: app.py, Worker.health. */
interface Details {
  database: string;
  revision: number;
  journal_backlog: number;
  channels: Record<string, ChannelHealth | undefined>;
}

interface ChannelHealth {
  failures: number;
  resting: boolean;
  /** Of the newest failure. */
  cause?: string;
  /** When the first of the failures in a row was. */
  since_ms?: number;
  /** Until when it rests. */
  until_ms?: number | null;
}

interface Row {
  channel: Channel;
  known: ChannelHealth | undefined;
  trouble: Api<"TroubleView"> | undefined;
  failures: number;
  state: "resting" | "well" | "off";
  total: Api<"TotalView"> | undefined;
}

const EVERY_MS = 10_000;
const HOUR_MS = 3_600_000;

export default function Health() {
  const { t } = useWords();
  const health = useQuery({
    queryKey: ["health"],
    refetchInterval: EVERY_MS,
    queryFn: () => take(api.GET("/api/v1/health")),
  });
  const details = health.data?.details as unknown as Details | undefined;
  return (
    <Page title={t("nav.health")} hint={t("health.hint")}>
      {health.error ? (
        <Failure error={health.error} retry={() => void health.refetch()} />
      ) : details ? (
        <>
          <Section title={t("health.worker")}>
            <Facts
              items={[
                [
                  t("settings.database"),
                  <Badge key="database" tone={details.database === "ok" ? "good" : "bad"}>
                    {details.database === "ok" ? t("health.answers") : t("health.away")}
                  </Badge>,
                ],
                [
                  t("health.backlog"),
                  <span key="backlog" className="num">
                    {details.journal_backlog}
                  </span>,
                ],
                [
                  t("health.revision"),
                  <span key="revision" className="num">
                    {details.revision}
                  </span>,
                ],
                [t("settings.version"), health.data?.version],
              ]}
            />
          </Section>
          <Channels details={details} />
        </>
      ) : (
        <Loading />
      )}
    </Page>
  );
}

function Channels({ details }: { details: Details }) {
  const { t, language } = useWords();
  const { rows, error } = useRows(details);
  return (
    <Section title={t("nav.channels")}>
      <DataTable
        label={t("nav.channels")}
        rows={rows}
        error={error}
        id={(row) => row.channel.id}
        name={(row) => row.channel.name}
        columns={[
          {
            id: "name",
            header: t("common.name"),
            grow: true,
            cell: ({ channel }) => (
              <Link to="/channels" search={{ open: String(channel.id), view: "test" }}>
                {channel.name}
              </Link>
            ),
          },
          { id: "state", header: t("common.status"), card: "end", cell: (row) => <State row={row} /> },
          { id: "last", header: t("health.lastError"), card: "line", cell: (row) => <LastError row={row} /> },
          {
            id: "failures",
            header: t("health.failuresDay"),
            align: "right",
            wide: true,
            cell: ({ trouble }) => <span className="num">{integer(trouble?.failures ?? 0, language)}</span>,
          },
          {
            id: "requests",
            header: t("health.lastHour"),
            align: "right",
            wide: true,
            cell: ({ total }) => <span className="num">{integer(total?.requests ?? 0, language)}</span>,
          },
          {
            id: "errors",
            header: t("logs.errorRate"),
            align: "right",
            wide: true,
            cell: ({ total }) => (
              <span className="num">{total ? percent(total.errors, total.requests, language) : "–"}</span>
            ),
          },
          {
            id: "time",
            header: t("logs.meanTime"),
            align: "right",
            wide: true,
            cell: ({ total }) => (
              <span className="num">{total?.requests ? duration(total.duration_ms / total.requests) : "–"}</span>
            ),
          },
          {
            id: "test",
            header: t("channels.lastTest"),
            wide: true,
            cell: ({ channel: { last_test: test } }) =>
              test ? (
                <span title={test.message}>
                  <Badge tone={test.ok ? "good" : "bad"}>
                    {test.ok ? duration(test.latency_ms) : t("channels.failed")}
                  </Badge>{" "}
                  <small>
                    <When ms={test.at_ms} />
                  </small>
                </span>
              ) : (
                <Badge tone="mute">{t("channels.untested")}</Badge>
              ),
          },
        ]}
        empty={<Empty title={t("channels.none")}>{t("channels.noneHint")}</Empty>}
      />
    </Section>
  );
}

function State({ row }: { row: Row }) {
  const { t, n } = useWords();
  if (row.state === "off") return <Badge tone="mute">{t("common.disabled")}</Badge>;
  if (row.failures === 0) return <Badge tone="good">{t("health.well")}</Badge>;
  const resting = row.state === "resting";
  const left = row.known?.until_ms ? Math.max(0, row.known.until_ms - Date.now()) : 0;
  return (
    <span>
      <Badge tone={resting ? "bad" : "warn"}>
        {resting ? t("routing.restsFor", { time: duration(left) }) : t("health.shaky")}
      </Badge>
      <small className={styles.since}>
        {n("health.inARow", row.failures)}
        {row.known?.since_ms !== undefined && (
          <>
            {" "}
            · {t("health.since")} <When ms={row.known.since_ms} />
          </>
        )}
      </small>
    </span>
  );
}

/** What the upstream said the last time it failed, within a day. */
function LastError({ row: { trouble } }: { row: Row }) {
  const { t, find } = useWords();
  if (!trouble) return <span className={styles.none}>{t("health.noError")}</span>;
  return (
    <span className={styles.error} title={trouble.message}>
      <Link to="/logs" search={{ open: trouble.request_id }}>
        {trouble.status > 0 && `${trouble.status} `}
        {find(`logs.outcomes.${trouble.outcome}`) ?? trouble.outcome}
      </Link>{" "}
      <small>
        <When ms={trouble.last_ms} />
      </small>
      {trouble.message && <small className={styles.message}>{trouble.message}</small>}
    </span>
  );
}

/** Channels with what is known of them, those in trouble first. */
function useRows(details: Details): { rows: Row[] | undefined; error: unknown } {
  const channels = useQuery({
    queryKey: ["channels", "health"],
    refetchInterval: EVERY_MS * 3,
    queryFn: () => take(api.GET("/api/v1/channels", { params: { query: { limit: 200, sort: "name" } } })),
  });
  const stats = useQuery({
    queryKey: ["stats", "health"],
    refetchInterval: EVERY_MS * 3,
    queryFn: () => {
      const now = Date.now();
      const query = { since_ms: now - HOUR_MS, until_ms: now, by: "channel" as never };
      return take(api.GET("/api/v1/stats", { params: { query } }));
    },
  });
  const troubles = useQuery({
    queryKey: ["troubles"],
    refetchInterval: EVERY_MS * 3,
    queryFn: () => take(api.GET("/api/v1/routing/troubles")),
  });
  const error = channels.error ?? stats.error ?? troubles.error;
  if (!channels.data || !stats.data || !troubles.data) return { rows: undefined, error };
  const failed = new Map(troubles.data.items.map((trouble) => [trouble.channel_id, trouble]));
  const totals = new Map(stats.data.items.map((total) => [total.key, total]));
  const rows = channels.data.items.map((channel): Row => {
    const known = details.channels[String(channel.id)];
    const state = channel.status === "disabled" ? "off" : known?.resting ? "resting" : "well";
    return {
      channel,
      known,
      trouble: failed.get(channel.id),
      failures: known?.failures ?? 0,
      state,
      total: totals.get(String(channel.id)),
    };
  });
  const rank = (row: Row) => ({ resting: 0, well: row.failures > 0 ? 1 : 2, off: 3 })[row.state];
  return { rows: rows.sort((a, b) => rank(a) - rank(b)), error };
}
