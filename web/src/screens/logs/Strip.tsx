// The figures of what is filtered.
import { useWords } from "~/i18n";
import { compact, dateTime, dollars, duration, integer, percent, shortDollars } from "~/kit/format";
import { Metric, Metrics } from "~/kit/Metric";
import { Failure } from "~/kit/states";
import type { filtersOf, Span } from "./span";
import { useSummary } from "./useSummary";

export function Strip({ filters, span }: { filters: ReturnType<typeof filtersOf>; span: Span }) {
  const { t, n, language } = useWords();
  const { data, error, refetch } = useSummary(filters, span);
  const cut = data !== undefined && data.since_ms > span.since_ms;
  // What was counted, in a word beside the figure and in full behind it.
  const counted = cut ? t("logs.countedSince", { time: dateTime(data.since_ms, language) }) : undefined;
  const count = (value: number) => `${compact(value, language)}${cut ? "+" : ""}`;
  const exactly = (value: number) => [integer(value, language), counted].filter(Boolean).join(" · ");
  const made = data
    ? data.exact
      ? t("logs.timedAll", { count: integer(data.sampled, language) })
      : t("logs.timedSome", { count: integer(data.sampled, language) })
    : undefined;
  const time = (ms: number | null | undefined) => (typeof ms === "number" ? duration(ms) : "–");
  if (error && !data) return <Failure error={error} retry={() => void refetch()} />;
  return (
    <Metrics label={t("logs.sums")}>
      <Metric
        name={t("logs.requests")}
        value={data && count(data.requests)}
        title={data && exactly(data.requests)}
        note={cut ? t("logs.newest") : ""}
      />
      <Metric
        name={t("logs.errorRate")}
        value={data && percent(data.errors, data.requests, language)}
        title={data && exactly(data.errors)}
        note={data ? n("logs.failed", data.errors) : ""}
        tone={data && data.errors > 0 ? "bad" : undefined}
      />
      <Metric
        name={t("logs.medianTook")}
        value={data && time(data.duration.median)}
        note={data ? t("logs.p95", { time: time(data.duration.p95) }) : ""}
        title={made}
      />
      <Metric
        name={t("logs.medianFirst")}
        value={data && time(data.first.median)}
        note={data ? t("logs.p95", { time: time(data.first.p95) }) : ""}
        title={made}
      />
      <Metric
        name={t("logs.tokens")}
        value={data && count(data.input_tokens + data.output_tokens)}
        note={
          data
            ? t("logs.inOut", {
                input: compact(data.input_tokens, language),
                output: compact(data.output_tokens, language),
              })
            : ""
        }
        title={data && `${exactly(data.input_tokens)} → ${exactly(data.output_tokens)}`}
      />
      <Metric
        name={t("logs.spend")}
        value={data && `${shortDollars(data.spend_usd)}${cut ? "+" : ""}`}
        title={data && dollars(data.spend_usd)}
        note={
          data?.requests ? t("logs.each", { usd: shortDollars(String(Number(data.spend_usd) / data.requests)) }) : ""
        }
      />
    </Metrics>
  );
}
