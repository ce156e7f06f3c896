// Sums over what is filtered. The gateway keeps sums by model, channel, token and user, not by status or duration: with
// those filters only the counts can be given.
import { useQuery } from "@tanstack/react-query";
import { api, take } from "~/api/client";
import { useWords } from "~/i18n";
import { compact, duration, integer, percent, shortDollars } from "~/kit/format";
import { Metric, Metrics } from "~/kit/Metric";
import { useHistogram } from "./Histogram";
import type { filtersOf, Span } from "./span";

export function Strip({ filters, span }: { filters: ReturnType<typeof filtersOf>; span: Span }) {
  const { t, language } = useWords();
  const counts = useHistogram(filters, span).data;
  const { status, min_duration_ms, ...summed } = filters;
  const whole = status === undefined && min_duration_ms === undefined;
  const query = { ...summed, since_ms: span.since_ms, until_ms: span.until_ms };
  const { data } = useQuery({
    queryKey: ["stats", query],
    enabled: whole,
    queryFn: () => take(api.GET("/api/v1/stats", { params: { query } })),
    placeholderData: (old) => old,
  });
  const total = data?.items[0];
  const requests = counts?.items.reduce((sum, bar) => sum + bar.requests, 0);
  const errors = counts?.items.reduce((sum, bar) => sum + bar.errors, 0) ?? 0;
  const sums = whole && data ? (total ?? NOTHING) : undefined;
  return (
    <Metrics label={t("logs.sums")}>
      <Metric
        name={t("logs.requests")}
        value={requests === undefined ? undefined : compact(requests, language)}
        title={integer(requests ?? 0, language)}
      />
      <Metric
        name={t("logs.errorRate")}
        value={requests === undefined ? undefined : percent(errors, requests, language)}
        title={integer(errors, language)}
        tone={errors > 0 ? "bad" : undefined}
      />
      {sums && (
        <>
          <Metric name={t("logs.meanTime")} value={sums.requests ? duration(sums.duration_ms / sums.requests) : "–"} />
          <Metric
            name={t("logs.inputTokens")}
            value={compact(sums.input_tokens, language)}
            title={integer(sums.input_tokens, language)}
          />
          <Metric
            name={t("logs.outputTokens")}
            value={compact(sums.output_tokens, language)}
            title={integer(sums.output_tokens, language)}
          />
          <Metric name={t("logs.spend")} value={shortDollars(sums.spend_usd)} title={sums.spend_usd} />
        </>
      )}
    </Metrics>
  );
}

const NOTHING = { requests: 0, duration_ms: 0, input_tokens: 0, output_tokens: 0, spend_usd: "0" };
