// Step one: which provider, which key.
import { Anchor, Button, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { findProviders, inLanguage, type Provider, providersQuery } from "~/channels/providers";
import { useWords } from "~/i18n";
import { IconSearch } from "~/kit/icons";
import { Chip } from "~/kit/parts";
import { Failure, Loading, Note } from "~/kit/states";
import { ConnectForm } from "./ConnectForm";
import type { Connected } from "./connect";
import styles from "./start.module.css";

interface Props {
  connected: Connected | null;
  /** How many models enabled channels serve already. */
  served: number;
  onConnected: (connected: Connected) => void;
}

export function Connect({ connected, served, onConnected }: Props) {
  const { n, t } = useWords();
  const [another, setAnother] = useState(false);
  if ((connected || served > 0) && !another) {
    return (
      <>
        {connected ? <Serves connected={connected} /> : <p className={styles.quiet}>{n("start.served", served)}</p>}
        <Button variant="default" size="compact-md" onClick={() => setAnother(true)}>
          {t("start.another")}
        </Button>
      </>
    );
  }
  return (
    <Choice
      onConnected={(result) => {
        setAnother(false);
        onConnected(result);
      }}
    />
  );
}

const SHOWN = 12;

function Serves({ connected }: { connected: Connected }) {
  const { n, t } = useWords();
  const { channels, models } = connected;
  const more = models.length - SHOWN;
  return (
    <div className={styles.serves}>
      <p>{n("start.serves", models.length, { channel: channels.map((channel) => channel.name).join(", ") })}</p>
      <div className={styles.chips}>
        {models.slice(0, SHOWN).map((model) => (
          <Chip key={model} title={model}>
            {model}
          </Chip>
        ))}
        {more > 0 && <span className={styles.quiet}>{t("start.andMore", { count: more })}</span>}
      </div>
    </div>
  );
}

function Choice({ onConnected }: { onConnected: (connected: Connected) => void }) {
  const { t, language } = useWords();
  const { data: providers, error, refetch } = useQuery(providersQuery);
  const [chosen, setChosen] = useState<Provider | null>(null);
  const [search, setSearch] = useState("");
  const [all, setAll] = useState(false);
  if (error) return <Failure error={error} retry={() => void refetch()} />;
  if (!providers) return <Loading />;
  const usual = providers.filter((one) => one.place > 0).sort((a, b) => a.place - b.place);
  const found = search.trim() ? findProviders(providers, search) : [];
  const shown = search.trim() ? found : all ? [...usual, ...providers.filter((one) => one.place === 0)] : usual;
  return (
    <>
      <p className={styles.quiet}>{t("start.connectHint")}</p>
      <TextInput
        mb={10}
        maw={340}
        type="search"
        aria-label={t("start.findProvider")}
        placeholder={t("start.findHint", { count: providers.length })}
        leftSection={<IconSearch size={15} aria-hidden />}
        value={search}
        onChange={(event) => setSearch(event.currentTarget.value)}
        onKeyDown={(event) => {
          const first = shown[0];
          if (event.key === "Enter" && search.trim() && first) setChosen(first);
          if (event.key === "Escape") setSearch("");
        }}
      />
      {shown.length === 0 && (
        <Note tone="info">
          {t("start.noneFound", { wanted: search.trim() })}{" "}
          <Anchor component="button" type="button" onClick={() => setSearch("openai-compatible")}>
            {t("start.anyCompatible")}
          </Anchor>
        </Note>
      )}
      <div className={styles.cards} role="group" aria-label={t("start.providers")}>
        {shown.map((provider) => (
          <button
            key={provider.id}
            type="button"
            className={styles.card}
            aria-pressed={chosen?.id === provider.id}
            onClick={() => setChosen(provider)}
          >
            <span className={styles.initial} aria-hidden>
              {provider.name.en.slice(0, 1)}
            </span>
            <span>
              <strong>{inLanguage(provider.name, language)}</strong>
              <small>
                {t(
                  provider.key_required
                    ? "start.needsKey"
                    : provider.docs_url
                      ? "start.keyOptional"
                      : "start.needsNoKey",
                )}
              </small>
            </span>
          </button>
        ))}
      </div>
      {!search.trim() && (
        <Button variant="subtle" color="gray" size="compact-sm" mt={8} onClick={() => setAll(!all)}>
          {all ? t("start.onlyUsual") : t("start.allProviders", { count: providers.length })}
        </Button>
      )}
      {chosen && <ConnectForm key={chosen.id} provider={chosen} onConnected={onConnected} />}
    </>
  );
}
