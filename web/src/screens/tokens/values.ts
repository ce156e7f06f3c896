// Between a token as the gateway knows it and the form's values.
import { type Api, api, take } from "~/api/client";
import { parseNames } from "~/channels/providers";
import type { WriteBack } from "~/kit/edit";
import { isoTime, typedDollars } from "~/kit/format";

export type Token = Api<"TokenView">;

export interface TokenValues {
  name: string;
  scope: Token["scope"];
  limit_usd: string;
  models: string[];
  /** As the browser's own field has it: a local time without a zone. */
  expires: string;
  requests_per_minute: number | string;
  addresses: string;
  always_usage: boolean;
}

export function startValues(token: Token | undefined): TokenValues {
  return {
    name: token?.name ?? "",
    scope: token?.scope ?? "relay",
    limit_usd: token?.limit_usd ?? "",
    models: token?.models ?? [],
    expires: token?.expires_ms ? localText(token.expires_ms) : "",
    requests_per_minute: token?.requests_per_minute ?? "",
    addresses: token?.addresses?.join("\n") ?? "",
    always_usage: token?.always_usage ?? false,
  };
}

/** The last moment the browser's field can hold. */
const LAST_MS = Date.UTC(9999, 11, 31);

function localText(ms: number): string {
  if (ms >= LAST_MS) return "";
  return isoTime(ms - new Date(ms).getTimezoneOffset() * 60_000).slice(0, 16);
}

function given(values: TokenValues) {
  const addresses = parseNames(values.addresses);
  return {
    name: values.name.trim(),
    limit_usd: values.limit_usd.trim() ? typedDollars(values.limit_usd) : null,
    models: values.models.length > 0 ? values.models : null,
    expires_ms: values.expires ? new Date(values.expires).getTime() : null,
    requests_per_minute: values.requests_per_minute === "" ? null : Number(values.requests_per_minute),
    addresses: addresses.length > 0 ? addresses : null,
    always_usage: values.always_usage,
  };
}

/** Only what differs from the token the form began with: what another person changed meanwhile stays as they left it, and
 *  an expiry keeps the seconds that the field does not show. */
export function changes(token: Token, values: TokenValues): Partial<ReturnType<typeof given>> {
  const before: Record<string, unknown> = given(startValues(token));
  return Object.fromEntries(
    Object.entries(given(values)).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name])),
  );
}

export function saveToken(token: Token | undefined, values: TokenValues, writeBack: WriteBack<Token>): Promise<Token> {
  if (!token)
    return take(api.POST("/api/v1/tokens", { body: { ...given(values), scope: values.scope, status: "enabled" } }));
  const path = { token_id: token.id };
  const body = changes(token, values) as Api<"TokenPatch">;
  return writeBack(
    Object.keys(body),
    () => take(api.GET("/api/v1/tokens/{token_id}", { params: { path } })),
    (header) => take(api.PATCH("/api/v1/tokens/{token_id}", { params: { path, header }, body })),
  );
}
