// The query bar's grammar: `status:error model:gpt-4o channel:12 took:>2s`. It says the same as the address does, and
// what it cannot read it names; nothing typed is dropped in silence.
import type { LogSearch } from "./search";

type Field = "status" | "model" | "channel" | "token" | "user" | "took" | "id";
export const FIELDS: Field[] = ["status", "model", "channel", "token", "user", "took", "id"];

export interface Read {
  filters: Pick<LogSearch, "status" | "model" | "channel_id" | "token_id" | "user_id" | "min_duration_ms" | "id">;
  /** The words that mean nothing here. */
  unknown: string[];
}

const NOTHING: Read["filters"] = {
  status: undefined,
  model: undefined,
  channel_id: undefined,
  token_id: undefined,
  user_id: undefined,
  min_duration_ms: undefined,
  id: undefined,
};

/** What was typed, as filters; every filter that was not typed is lifted. */
export function readQuery(text: string): Read {
  const filters = { ...NOTHING };
  const unknown: string[] = [];
  for (const word of words(text)) {
    if (!takeWord(filters, word)) unknown.push(word);
  }
  return { filters, unknown };
}

/** Words are parted by spaces; quotes hold one together: `model:"my model"`. */
function words(text: string): string[] {
  return text.match(/(?:[^\s"]+|"[^"]*")+/g) ?? [];
}

function takeWord(filters: Read["filters"], word: string): boolean {
  if (/^req_[A-Za-z0-9]+$/.test(word)) {
    filters.id = word;
    return true;
  }
  const colon = word.indexOf(":");
  if (colon < 1) return false;
  const value = word.slice(colon + 1).replaceAll('"', "");
  switch (word.slice(0, colon) as Field) {
    case "status":
      if (!/^(ok|error|[1-5]\d\d)$/.test(value)) return false;
      filters.status = value;
      return true;
    case "model":
      filters.model = value;
      return value !== "";
    case "channel":
      return takeId(value, (id) => {
        filters.channel_id = id;
      });
    case "token":
      return takeId(value, (id) => {
        filters.token_id = id;
      });
    case "user":
      return takeId(value, (id) => {
        filters.user_id = id;
      });
    case "took": {
      const ms = milliseconds(value);
      filters.min_duration_ms = ms;
      return ms !== undefined;
    }
    case "id":
      filters.id = value;
      return /^[A-Za-z0-9_-]{1,64}$/.test(value);
    default:
      return false;
  }
}

function takeId(value: string, set: (id: number) => void): boolean {
  if (!/^[1-9]\d{0,15}$/.test(value)) return false;
  set(Number(value));
  return true;
}

/** ">2s", "2s", "500ms", ">0.5s" -> milliseconds. */
export function milliseconds(text: string): number | undefined {
  const match = /^>?=?(\d+(?:\.\d+)?)(ms|s|m)?$/.exec(text);
  if (!match) return undefined;
  const factor = { ms: 1, s: 1000, m: 60_000 }[match[2] ?? "s"] ?? 1;
  return Math.round(Number(match[1]) * factor);
}

/** Filters, as one would type them. */
export function writeQuery(filters: LogSearch): string {
  const parts: (string | undefined)[] = [
    filters.status && `status:${filters.status}`,
    filters.model && `model:${/\s/.test(filters.model) ? `"${filters.model}"` : filters.model}`,
    filters.channel_id && `channel:${filters.channel_id}`,
    filters.token_id && `token:${filters.token_id}`,
    filters.user_id && `user:${filters.user_id}`,
    filters.min_duration_ms &&
      `took:>${filters.min_duration_ms % 1000 ? `${filters.min_duration_ms}ms` : `${filters.min_duration_ms / 1000}s`}`,
    filters.id && `id:${filters.id}`,
  ].map((part) => part || undefined);
  return parts.filter(Boolean).join(" ");
}
