// What the filtered requests come to: over time, added up, and how long they took. One answer for the strip and the chart.
import { useQuery } from "@tanstack/react-query";
import { api, take } from "~/api/client";
import type { filtersOf, Span } from "./span";

export function useSummary(filters: ReturnType<typeof filtersOf>, span: Span) {
  const query = { ...filters, since_ms: span.since_ms, until_ms: span.until_ms };
  return useQuery({
    queryKey: ["summary", query],
    queryFn: () => take(api.GET("/api/v1/requests/summary", { params: { query } })),
    placeholderData: (old) => old,
  });
}
