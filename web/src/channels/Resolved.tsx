// The address a channel would call, as the gateway itself works it out, while the form is being filled.
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { api, take } from "~/api/client";
import { useWords } from "~/i18n";
import styles from "./channels.module.css";
import { looksLikeUrl, looksRight, type Provider, type Unsaved } from "./providers";

interface Props {
  provider: Provider;
  channel: Unsaved;
}

export function Resolved({ provider, channel }: Props) {
  const { t } = useWords();
  const [settled] = useDebouncedValue(JSON.stringify(channel), 300);
  const asked = JSON.parse(settled) as Unsaved;
  const address = asked.base_url || provider.base_urls[0] || "";
  const keyed = Boolean(asked.channel_id && !asked.key) || looksRight(provider, asked.key ?? "");
  const askable = asked.provider === provider.id && looksLikeUrl(address) && keyed;
  const { data } = useQuery({
    queryKey: ["resolve", settled],
    enabled: askable,
    queryFn: () => take(api.POST("/api/v1/channels/resolve", { body: asked })),
    placeholderData: (old) => old,
  });
  const url = askable ? (data?.urls.openai_chat ?? Object.values(data?.urls ?? {})[0]) : undefined;
  const shown = url ?? address;
  if (!shown) return null;
  return (
    <div className={styles.resolved}>
      <span>{t("channels.willCall")}</span> <code>{shown}</code>
    </div>
  );
}
