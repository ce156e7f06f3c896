// Spend, tokens, requests and errors over time, by model, channel, token or user.
import { SegmentedControl } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { type Api, api, take } from "~/api/client";
import { atLeast, useSession } from "~/app/session";
import { useWords } from "~/i18n";
import { BarChart } from "~/kit/BarChart";
import { clockTime, compact, dayAt, duration, integer, percent, shortDollars } from "~/kit/format";
import { Metric, Metrics } from "~/kit/Metric";
import { Page } from "~/kit/parts";
import { Empty, Failure, Loading } from "~/kit/states";
import styles from "./home.module.css";
import { type Frame, frameOf, seriesOf, slotsOf } from "./series";

type Total = Api<"TotalView">;
type By = "model" | "channel" | "token" | "user";

const route = getRouteApi("/shell/");
const DAY_MS = 86_400_000;
const SPANS = [1, 7, 30] as const;

export default function Home() {
  const { t } = useWords();
  const admin = atLeast(useSession(), "admin");
  const search = route.useSearch();
  const navigate = useNavigate({ from: "/" });
  const days = SPANS.find((one) => one === search.days) ?? 7;
  const choices: By[] = admin ? ["model", "channel", "token", "user"] : ["model", "token"];
  const by = choices.find((one) => one === search.by) ?? "model";
  const [now] = useState(Date.now);
  const frame = useMemo(() => frameOf(days, now), [days, now]);
  const { data, error, refetch } = useQuery({
    queryKey: ["stats", frame, by],
    queryFn: () => take(api.GET("/api/v1/stats", { params: { query: { ...frame, by: by as never } } })),
    placeholderData: (old) => old,
  });
  return (
    <Page
      title={t("nav.home")}
      hint={t("home.hint")}
      actions={
        <>
          <SegmentedControl
            size="sm"
            aria-label={t("home.by")}
            value={by}
            data={choices.map((one) => ({ value: one, label: t(`home.bys.${one}`) }))}
            onChange={(value) => void navigate({ search: (old) => ({ ...old, by: value }) })}
          />
          <SegmentedControl
            size="sm"
            aria-label={t("logs.range")}
            value={String(days)}
            data={SPANS.map((one) => ({ value: String(one), label: t(`home.days.${one}`) }))}
            onChange={(value) => void navigate({ search: (old) => ({ ...old, days: Number(value) }) })}
          />
        </>
      }
    >
      {error ? (
        <Failure error={error} retry={() => void refetch()} />
      ) : !data ? (
        <Loading />
      ) : data.items.length === 0 ? (
        <Empty title={t("home.nothing")} action={admin && <Link to="/start">{t("nav.start")}</Link>}>
          {t("home.nothingHint")}
        </Empty>
      ) : (
        <Charts totals={data.items} frame={frame} by={by} />
      )}
    </Page>
  );
}

function Charts({ totals, frame, by }: { totals: Total[]; frame: Frame; by: By }) {
  const { t, language } = useWords();
  const nameOf = useNames(by, totals);
  const slots = slotsOf(frame).map((ms) =>
    frame.bucket === "hour" ? clockTime(ms, language).slice(0, 5) : dayAt(ms, frame.offset_minutes, language),
  );
  const rest = t("home.rest");
  const count = (value: number) => compact(value, language);
  const chart = (title: string, value: (total: Total) => number, format: (value: number) => string) => (
    <BarChart title={title} slots={slots} series={seriesOf(totals, frame, value, nameOf, rest)} format={format} />
  );
  return (
    <>
      <Sums totals={totals} days={Math.round((frame.until_ms - frame.since_ms) / DAY_MS)} />
      <div className={styles.charts}>
        {chart(
          t("logs.spend"),
          (total) => Number(total.spend_usd),
          (value) => shortDollars(String(value)),
        )}
        {chart(t("logs.requests"), (total) => total.requests, count)}
        {chart(t("home.tokens"), (total) => total.input_tokens + total.output_tokens, count)}
        {chart(t("logs.errors"), (total) => total.errors, count)}
      </div>
    </>
  );
}

function Sums({ totals, days }: { totals: Total[]; days: number }) {
  const { t, n, language } = useWords();
  const sum = (value: (total: Total) => number) => totals.reduce((all, total) => all + value(total), 0);
  const requests = sum((total) => total.requests);
  const errors = sum((total) => total.errors);
  const spend = sum((total) => Number(total.spend_usd));
  const input = sum((total) => total.input_tokens);
  const output = sum((total) => total.output_tokens);
  return (
    <Metrics label={t("logs.sums")}>
      <Metric
        name={t("logs.spend")}
        value={shortDollars(String(spend))}
        note={requests ? t("logs.each", { usd: shortDollars(String(spend / requests)) }) : ""}
      />
      <Metric
        name={t("logs.requests")}
        value={compact(requests, language)}
        title={integer(requests, language)}
        note={t("home.aDay", { count: compact(Math.round(requests / days), language) })}
      />
      <Metric
        name={t("home.tokens")}
        value={compact(input + output, language)}
        title={integer(input + output, language)}
        note={t("logs.inOut", { input: compact(input, language), output: compact(output, language) })}
      />
      <Metric
        name={t("logs.errorRate")}
        value={percent(errors, requests, language)}
        title={integer(errors, language)}
        note={n("logs.failed", errors)}
        tone={errors ? "bad" : undefined}
      />
      <Metric
        name={t("logs.meanTime")}
        value={requests ? duration(sum((total) => total.duration_ms) / requests) : "–"}
        note=""
      />
    </Metrics>
  );
}

/** The sums know ids; people know names. */
function useNames(by: By, totals: Total[]): (key: string) => string {
  const { t } = useWords();
  const known = useMemo(() => new Map(totals.map((total) => [total.key, total.name])), [totals]);
  if (by === "model") return (key) => key;
  return (key) => (key === "0" ? t("home.noChannel") : (known.get(key) ?? `#${key}`));
}
