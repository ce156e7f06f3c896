// Between a channel as the gateway knows it and the form's values.
import { type Api, api, take } from "~/api/client";
import { parseKeys, type Unsaved } from "~/channels/providers";
import type { WriteBack } from "~/kit/edit";
import type { Channel } from "./work";

export type Kept = { id: number; status: Channel["status"] };

export interface Values {
  name: string;
  provider: string;
  /** One a line. Empty on an existing channel: its keys stay. */
  key: string;
  /** Those of its keys that stay, and their states. */
  keys: Kept[];
  /** Whether typed keys come beside those that are there, not in their place. */
  adding: boolean;
  base_url: string;
  options: Record<string, string>;
  models: string[];
  model_mapping: Record<string, string>;
  priority: number;
  weight: number;
  groups: string[];
  enabled: boolean;
  proxy_url: string;
  remark: string;
}

export function startValues(channel: Channel | undefined): Values {
  return {
    name: channel?.name ?? "",
    provider: channel?.provider ?? "",
    key: "",
    keys: channel?.keys.map(({ id, status }) => ({ id, status })) ?? [],
    adding: (channel?.keys.length ?? 0) > 1,
    base_url: channel?.base_url ?? "",
    options: channel?.options ?? {},
    models: channel?.models ?? [],
    model_mapping: channel?.model_mapping ?? {},
    priority: channel?.priority ?? 0,
    weight: channel?.weight ?? 1,
    groups: channel?.groups ?? ["default"],
    enabled: channel ? channel.status === "enabled" : true,
    proxy_url: channel?.proxy_url ?? "",
    remark: channel?.remark ?? "",
  };
}

type Sent = Api<"NewChannel">;

function sent({ enabled, key, keys: _keys, adding: _adding, ...values }: Values): Sent {
  return {
    ...values,
    name: values.name.trim(),
    base_url: values.base_url.trim(),
    key: key.trim(),
    status: enabled ? "enabled" : "disabled",
  };
}

/** Only what differs from the stored channel: a masked proxy or an untouched key must not be written back. */
export function changes(channel: Channel, values: Values): Partial<Api<"ChannelPatch">> {
  const { key: _key, ...rest } = sent(values);
  const stored = channel as unknown as Record<string, unknown>;
  const changed = Object.entries(rest).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(stored[name]),
  );
  return { ...Object.fromEntries(changed), ...keyChanges(channel, values) };
}

function keyChanges(channel: Channel, { key, keys, adding }: Values): Partial<Api<"ChannelPatch">> {
  const typed = parseKeys(key);
  if (typed.length > 0 && !adding) return { key: typed.join("\n") };
  const stored = channel.keys.map(({ id, status }) => ({ id, status }));
  if (typed.length === 0 && JSON.stringify(keys) === JSON.stringify(stored)) return {};
  return { keys: [...keys, ...typed.map((one) => ({ key: one, status: "enabled" as const }))] };
}

/** What of a channel a field of its form is about: a key's troubles come and go without anybody's doing. */
export function part(channel: Channel, field: string): unknown {
  if (field === "key" || field === "keys") return channel.keys.map(({ id, status }) => ({ id, status }));
  return channel[field as keyof Channel];
}

export function save(channel: Channel | undefined, values: Values, writeBack: WriteBack<Channel>): Promise<Channel> {
  if (!channel) return take(api.POST("/api/v1/channels", { body: sent(values) }));
  const path = { channel_id: channel.id };
  const body = changes(channel, values) as Api<"ChannelPatch">;
  return writeBack(
    Object.keys(body),
    () => take(api.GET("/api/v1/channels/{channel_id}", { params: { path } })),
    (header) => take(api.PATCH("/api/v1/channels/{channel_id}", { params: { path, header }, body })),
  );
}

/** The channel as it stands in the form, for trying it before it is saved. */
export function unsavedOf(channel: Channel | undefined, values: Values): Unsaved {
  const key = parseKeys(values.key)[0] ?? "";
  return {
    channel_id: channel?.id ?? null,
    provider: values.provider,
    base_url: values.base_url.trim(),
    key: channel && !key ? null : key,
    options: values.options,
    model_mapping: values.model_mapping,
    proxy_url: channel && values.proxy_url === channel.proxy_url ? null : values.proxy_url,
  };
}
