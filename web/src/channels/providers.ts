// What the console knows of providers: all of it comes from the gateway's vendor data.
import { queryOptions } from "@tanstack/react-query";
import { type Api, api, take } from "~/api/client";
import type { Language } from "~/i18n";

export type Provider = Api<"ProviderView">;
export type Unsaved = Api<"Unsaved">;

export const providersQuery = queryOptions({
  queryKey: ["providers"],
  staleTime: Number.POSITIVE_INFINITY,
  queryFn: async () => (await take(api.GET("/api/v1/providers"))).items,
});

export function inLanguage(words: Api<"Words">, language: Language): string {
  return words[language] || words.en;
}

/** The providers that fit what was typed: by name in either language, by id, or by address. Those whose name or id begins
 *  with it come first, then the usual ones. */
export function findProviders(providers: Provider[], typed: string): Provider[] {
  const wanted = typed.trim().toLowerCase();
  const host = wanted.replace(/^https?:\/\//, "").replace(/\/.*$/, "");
  const begins = (one: Provider) =>
    [one.name.en, one.name.zh, one.id].some((name) => name.toLowerCase().startsWith(wanted));
  const fits = (one: Provider) =>
    `${one.name.en}\n${one.name.zh}\n${one.id}`.toLowerCase().includes(wanted) ||
    (host !== "" && one.base_urls.some((url) => url.toLowerCase().includes(host)));
  const place = (one: Provider) => (begins(one) ? 0 : 1000) + (one.place || 500);
  return providers.filter(fits).sort((a, b) => place(a) - place(b));
}

/** Every base model of a provider, each once, in the order of the vendor's data. */
export function baseModels(provider: Provider): string[] {
  return unique(Object.values(provider.base_models).flat());
}

/** The formats a model is known for; none for a model the vendor's data does not name. */
export function formatsOf(provider: Provider | undefined, model: string): string[] {
  return Object.entries(provider?.base_models ?? {})
    .filter(([, models]) => models.includes(model))
    .map(([format]) => format);
}

const NOT_CHAT = /embed|rerank|tts|speech|whisper|transcri|image|dall-e|moderation|asr|sora|video|bge-|ocr/i;

/** The first model that is likely to chat, for a first test. */
export function firstChatModel(models: string[], provider?: Provider): string | undefined {
  const known = provider?.base_models.openai_chat ?? [];
  return models.find((model) => known.includes(model)) ?? models.find((model) => !NOT_CHAT.test(model)) ?? models[0];
}

const TAKE_ALL = 40;

/** What a new channel should serve: the base models the upstream has; all it has, when it has few or none of ours. */
export function recommended(provider: Provider, fetched: string[]): string[] {
  const base = baseModels(provider);
  if (fetched.length === 0) return base;
  const both = base.filter((model) => fetched.includes(model));
  return fetched.length <= TAKE_ALL || both.length === 0 ? unique([...both, ...fetched]) : both;
}

/** Names out of pasted text: by commas and lines, each once, otherwise exactly as typed. */
export function parseNames(text: string): string[] {
  return unique(
    text
      .split(/[\n\r,，、;；]+/)
      .map((part) => part.trim())
      .filter(Boolean),
  );
}

/** Keys, one a line; one that is JSON goes on to its last brace. */
export function parseKeys(text: string): string[] {
  const keys: string[] = [];
  let document: string[] = [];
  for (const line of text.split(/\r?\n|\r/)) {
    document.push(line);
    const whole = document.join("\n");
    if (whole.split("{").length > whole.split("}").length) continue;
    keys.push(whole);
    document = [];
  }
  return unique([...keys, ...document].map((key) => key.trim()).filter(Boolean));
}

export function unique<T>(items: T[]): T[] {
  return [...new Set(items)];
}

/** Whether a key looks like this provider's keys. A pattern that this browser cannot read lets everything through. */
export function looksRight(provider: Provider, key: string): boolean {
  if (!key) return !provider.key_required;
  try {
    return new RegExp(`^(?:${provider.key_pattern || ".*"})$`, "s").test(key);
  } catch {
    return true;
  }
}

export function looksLikeUrl(text: string): boolean {
  try {
    const url = new URL(text);
    return (url.protocol === "http:" || url.protocol === "https:") && url.hostname !== "";
  } catch {
    return false;
  }
}
