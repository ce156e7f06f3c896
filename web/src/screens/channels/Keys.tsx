// The keys of a channel: one state each, masked; and the field that takes new ones.
import { ActionIcon, Button, SegmentedControl, Switch, Textarea } from "@mantine/core";
import { useState } from "react";
import { inLanguage, looksRight, type Provider, parseKeys } from "~/channels/providers";
import { useWords } from "~/i18n";
import { duration } from "~/kit/format";
import { IconTrash } from "~/kit/icons";
import { Badge, When } from "~/kit/parts";
import { Note } from "~/kit/states";
import { useComplain } from "~/kit/toast";
import styles from "./keys.module.css";
import type { Kept, Values } from "./values";
import { type Channel, testChannel, useRefresh } from "./work";

interface Props {
  provider: Provider;
  channel: Channel | undefined;
  values: Pick<Values, "key" | "keys" | "adding">;
  onChange: (change: Partial<Values>) => void;
  error?: React.ReactNode;
}

export function Keys({ provider, channel, values, onChange, error }: Props) {
  const { t, n, language } = useWords();
  const typed = parseKeys(values.key);
  const odd = typed.filter((key) => !looksRight(provider, key)).length;
  const stored = channel?.keys ?? [];
  const name = inLanguage(provider.name, language);
  const several = stored.length > 1;
  return (
    <div className={styles.keys}>
      {channel && several && <List channel={channel} kept={values.keys} onChange={(keys) => onChange({ keys })} />}
      <Textarea
        label={several ? t("channels.moreKeys") : t("channels.key")}
        description={`${inLanguage(provider.key_hint, language)}. ${t("channels.keyLines")}`}
        placeholder={channel?.key_hint && !several ? t("channels.keyKept", { hint: channel.key_hint }) : undefined}
        required={provider.key_required && !channel}
        autosize
        minRows={1}
        maxRows={8}
        autoComplete="off"
        spellCheck={false}
        classNames={{ input: "mono" }}
        value={values.key}
        error={error}
        onChange={(event) => onChange({ key: event.currentTarget.value })}
      />
      {stored.length > 0 && typed.length > 0 && (
        <SegmentedControl
          size="sm"
          aria-label={t("channels.key")}
          value={values.adding ? "add" : "replace"}
          onChange={(value) => onChange({ adding: value === "add" })}
          data={[
            { value: "replace", label: n("channels.keysReplace", stored.length) },
            { value: "add", label: t("channels.keysAdd") },
          ]}
        />
      )}
      {odd > 0 && <Note tone="warn">{n("start.keyOdd", odd, { provider: name })}</Note>}
    </div>
  );
}

interface ListProps {
  channel: Channel;
  kept: Kept[];
  onChange: (kept: Kept[]) => void;
}

function List({ channel, kept, onChange }: ListProps) {
  const { t, n } = useWords();
  const set = (id: number, status: Kept["status"]) =>
    onChange(kept.map((key) => (key.id === id ? { ...key, status } : key)));
  const gone = channel.keys.length - kept.length;
  return (
    <div>
      <div className={styles.label} id="channel-keys">
        {n("channels.keyCount", kept.length)}
        <small>{t("channels.keysHint")}</small>
      </div>
      <ul className={styles.list} aria-labelledby="channel-keys">
        {kept.map((key) => (
          <Row
            key={key.id}
            channel={channel}
            kept={key}
            only={kept.length === 1}
            onStatus={(status) => set(key.id, status)}
            onRemove={() => onChange(kept.filter((one) => one.id !== key.id))}
          />
        ))}
      </ul>
      {gone > 0 && (
        <p className={styles.gone}>
          {n("channels.keysGone", gone)}{" "}
          <Button
            variant="subtle"
            size="compact-xs"
            onClick={() => onChange(channel.keys.map(({ id, status }) => ({ id, status })))}
          >
            {t("channels.keysBack")}
          </Button>
        </p>
      )}
    </div>
  );
}

interface RowProps {
  channel: Channel;
  kept: Kept;
  only: boolean;
  onStatus: (status: Kept["status"]) => void;
  onRemove: () => void;
}

function Row({ channel, kept, only, onStatus, onRemove }: RowProps) {
  const { t } = useWords();
  const refresh = useRefresh();
  const complain = useComplain();
  const [tested, setTested] = useState<"running" | Awaited<ReturnType<typeof testChannel>> | null>(null);
  const key = channel.keys.find((one) => one.id === kept.id);
  if (!key) return null;
  const hint = key.hint || `#${key.id}`;
  const test = async () => {
    setTested("running");
    try {
      setTested(await testChannel(channel.id, undefined, key.id));
      refresh();
    } catch (error) {
      setTested(null);
      complain(error);
    }
  };
  const result = tested === "running" ? null : tested;
  const said = result && !result.ok ? result.message : !result && key.trouble ? key.trouble.message : "";
  return (
    <li className={styles.row}>
      <code title={hint}>{hint}</code>
      <State channelKey={key} status={kept.status} result={result} />
      <span className={styles.actions}>
        <Button variant="default" size="compact-sm" loading={tested === "running"} onClick={() => void test()}>
          {t("channels.test")}
        </Button>
        <Switch
          size="xs"
          aria-label={t("channels.keyEnabled", { hint })}
          checked={kept.status === "enabled"}
          disabled={only}
          onChange={(event) => onStatus(event.currentTarget.checked ? "enabled" : "disabled")}
        />
        <ActionIcon aria-label={t("channels.keyRemove", { hint })} disabled={only} onClick={onRemove}>
          <IconTrash size={15} />
        </ActionIcon>
      </span>
      {said && <p className={styles.said}>{said}</p>}
    </li>
  );
}

interface StateProps {
  channelKey: Channel["keys"][number];
  status: Kept["status"];
  result: Awaited<ReturnType<typeof testChannel>> | null;
}

function State({ channelKey, status, result }: StateProps) {
  const { t } = useWords();
  if (result) {
    return result.ok ? (
      <Badge tone="good">{duration(result.latency_ms)}</Badge>
    ) : (
      <Badge tone="bad">{result.status ? `${t("channels.failed")} ${result.status}` : t("channels.failed")}</Badge>
    );
  }
  if (status === "disabled") return <Badge tone="mute">{t("common.disabled")}</Badge>;
  const { trouble } = channelKey;
  if (!trouble) return <Badge tone="good">{t("channels.keyInUse")}</Badge>;
  return (
    <span>
      <Badge tone={trouble.outcome === "rate" ? "warn" : "bad"}>
        {t(trouble.outcome === "rate" ? "channels.keyBusy" : "channels.keyRefused", { status: trouble.status })}
      </Badge>{" "}
      <small>
        <When ms={trouble.at_ms} />
      </small>
    </span>
  );
}
