// What to tell people of a failure: in their language by its code, with the gateway's own words as detail.
import { ApiFailure } from "~/api/client";
import type { Words } from "~/i18n";

export interface Told {
  title: string;
  detail: string | null;
  requestId: string;
}

export function tell(error: unknown, { t, find, language }: Words): Told {
  if (!(error instanceof ApiFailure)) {
    return { title: t("errors.unknown"), detail: error instanceof Error ? error.message : null, requestId: "" };
  }
  const known = find(`errors.code.${error.code}`, { seconds: error.retryAfter ?? 0 });
  const said = sentence(error.message);
  if (known === undefined) return { title: said || t("errors.unknown"), detail: null, requestId: error.requestId };
  // The gateway speaks English: what its words add is shown beside the translation, never instead of it.
  const adds = DETAILED.has(error.code) || language !== "en";
  return { title: known, detail: adds ? said : null, requestId: error.requestId };
}

/** Codes whose message says more than the code: which field, which host, what the upstream answered. */
const DETAILED = new Set(["upstream_failed", "invalid_channel", "invalid_value", "conflict", "invalid_price_file"]);

export function sentence(text: string): string {
  return text ? text[0]?.toUpperCase() + text.slice(1) : "";
}
