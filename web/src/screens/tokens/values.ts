// Between a token as the gateway knows it and the form's values.
import { type Api, api, take } from "~/api/client";
import { parseNames } from "~/channels/providers";
import { typedDollars } from "~/kit/MoneyField";

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

function localText(ms: number): string {
  const date = new Date(ms);
  return new Date(ms - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

export function saveToken(token: Token | undefined, values: TokenValues): Promise<Token> {
  const addresses = parseNames(values.addresses);
  const limits = {
    name: values.name.trim(),
    limit_usd: values.limit_usd.trim() ? typedDollars(values.limit_usd) : null,
    models: values.models.length > 0 ? values.models : null,
    expires_ms: values.expires ? new Date(values.expires).getTime() : null,
    requests_per_minute: Number(values.requests_per_minute) || null,
    addresses: addresses.length > 0 ? addresses : null,
    always_usage: values.always_usage,
  };
  if (!token) return take(api.POST("/api/v1/tokens", { body: { ...limits, scope: values.scope, status: "enabled" } }));
  return take(api.PATCH("/api/v1/tokens/{token_id}", { params: { path: { token_id: token.id } }, body: limits }));
}
