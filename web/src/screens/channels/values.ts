// Between a channel as the gateway knows it and the form's values.
import { type Api, api, take } from "~/api/client";
import type { Unsaved } from "~/channels/providers";
import type { Channel } from "./work";

export interface Values {
  name: string;
  provider: string;
  /** Empty on an existing channel: its key stays. */
  key: string;
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

function sent({ enabled, key, ...values }: Values): Sent {
  return {
    ...values,
    name: values.name.trim(),
    base_url: values.base_url.trim(),
    key: key.trim(),
    status: enabled ? "enabled" : "disabled",
  };
}

/** Only what differs from the stored channel: a masked proxy or an untouched key must not be written back. */
export function changes(channel: Channel, values: Values): Partial<Sent> {
  const { key, ...rest } = sent(values);
  const stored = channel as unknown as Record<string, unknown>;
  const changed = Object.entries(rest).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(stored[name]),
  );
  return { ...Object.fromEntries(changed), ...(key ? { key } : {}) };
}

export function save(channel: Channel | undefined, values: Values): Promise<Channel> {
  if (!channel) return take(api.POST("/api/v1/channels", { body: sent(values) }));
  const params = { path: { channel_id: channel.id } };
  return take(
    api.PATCH("/api/v1/channels/{channel_id}", { params, body: changes(channel, values) as Api<"ChannelPatch"> }),
  );
}

/** The channel as it stands in the form, for trying it before it is saved. */
export function unsavedOf(channel: Channel | undefined, values: Values): Unsaved {
  const key = values.key.trim();
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
