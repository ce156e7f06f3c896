// From a key to a channel that serves models and a token to call it with: what "Connect" does.
import { type Api, ApiFailure, api, take } from "~/api/client";
import { firstChatModel, type Provider, recommended, type Unsaved, unique } from "~/channels/providers";

export type Channel = Api<"ChannelView">;
export type NewKey = Api<"CreatedToken">;

export interface Wish {
  provider: Provider;
  /** The provider's name as people read it; channels are called by it. */
  title: string;
  keys: string[];
  /** Whether each of several keys gets a channel of its own. */
  apart: boolean;
  baseUrl: string;
  options: Record<string, string>;
  /** Names typed by hand, for an upstream that lists none. */
  models: string[];
}

export interface Connected {
  channels: Channel[];
  models: string[];
  /** The model to try first. */
  model: string;
}

/** Why a key or an address was refused, and at which of several keys. */
export class ConnectFailed extends Error {
  constructor(
    readonly reason: unknown,
    readonly keyNumber: number,
    readonly diagnosis: Api<"StepView">[],
  ) {
    super("not connected");
  }
}

/** Tries every key at the upstream, then makes one channel of all, or one of each. Throws ConnectFailed, ApiFailure. */
export async function connect(wish: Wish): Promise<Connected> {
  const keys = wish.keys.length > 0 ? wish.keys : [""];
  const models: string[][] = [];
  for (const [index, key] of keys.entries()) models.push(await tryKey(wish, key, index));
  const all = unique(models.flat());
  const taken = await takenNames(wish.title);
  const channels: Channel[] = [];
  const planned = wish.apart ? keys.map((key, index) => ({ key, models: models[index] ?? [] })) : [];
  for (const one of wish.apart ? planned : [{ key: keys.join("\n"), models: all }]) {
    const name = freeName(wish.title, taken);
    taken.add(name);
    const body = { ...unsaved(wish, one.key), ...one, name } as Api<"NewChannel">;
    channels.push(await take(api.POST("/api/v1/channels", { body })));
  }
  return { channels, models: all, model: firstChatModel(all, wish.provider) ?? "" };
}

function unsaved(wish: Wish, key: string): Unsaved {
  return { provider: wish.provider.id, base_url: wish.baseUrl, key, options: wish.options, model_mapping: {} };
}

/** The models a channel with this key is to serve, once the upstream has taken the key. */
async function tryKey(wish: Wish, key: string, index: number): Promise<string[]> {
  const channel = unsaved(wish, key);
  try {
    if (wish.models.length > 0) return await tested(wish, channel, wish.models);
    if (!wish.provider.lists_models) return await tested(wish, channel, recommended(wish.provider, []));
    const { models } = await take(api.POST("/api/v1/channels/fetch-models", { body: { channel } }));
    return recommended(wish.provider, models);
  } catch (reason) {
    // What does not fit is told at its field; of several keys, which one it was.
    if (reason instanceof ApiFailure && reason.param && (reason.param !== "key" || wish.keys.length < 2)) throw reason;
    if (!(reason instanceof ApiFailure) || reason.code !== "upstream_failed")
      throw new ConnectFailed(reason, index + 1, []);
    const { steps } = await take(api.POST("/api/v1/channels/diagnose", { body: channel }));
    throw new ConnectFailed(reason, index + 1, steps);
  }
}

/** An upstream that lists no models proves the key by answering one small call. */
async function tested(wish: Wish, channel: Unsaved, models: string[]): Promise<string[]> {
  const model = firstChatModel(models, wish.provider);
  if (model === undefined) return models;
  const result = await take(api.POST("/api/v1/channels/test", { body: { ...channel, model } }));
  if (result.ok) return models;
  throw new ApiFailure(result.status, "upstream_failed", result.message, null, "", null);
}

async function takenNames(like: string): Promise<Set<string>> {
  const page = await take(api.GET("/api/v1/channels", { params: { query: { search: like, limit: 200 } } }));
  return new Set(page.items.map((channel) => channel.name));
}

export function freeName(wanted: string, taken: ReadonlySet<string>): string {
  if (!taken.has(wanted)) return wanted;
  for (let number = 2; ; number++) {
    if (!taken.has(`${wanted} ${number}`)) return `${wanted} ${number}`;
  }
}

/** A token without limits of its own: it may spend what its user has. */
export async function makeToken(): Promise<NewKey> {
  const page = await take(api.GET("/api/v1/tokens", { params: { query: { search: "default", limit: 200 } } }));
  const name = freeName("default", new Set(page.items.map((token) => token.name)));
  return take(api.POST("/api/v1/tokens", { body: { name, scope: "relay", status: "enabled", always_usage: false } }));
}
