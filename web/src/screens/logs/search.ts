import { searchReader } from "~/kit/list";

/** What the address of the logs may hold: one state for the query bar, the facets, the chart and the open request. */
export const readSearch = searchReader({
  status: "string",
  model: "string",
  channel_id: "number",
  token_id: "number",
  user_id: "number",
  min_duration_ms: "number",
  /** A span that ends now ("1h", "24h", "7d"), or `since_ms` and `until_ms`. */
  range: "string",
  since_ms: "number",
  until_ms: "number",
  id: "string",
  cursor: "string",
  open: "string",
});

export type LogSearch = ReturnType<typeof readSearch>;
