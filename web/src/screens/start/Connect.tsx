// Step one: which provider, which key.
import { Button, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { inLanguage, type Provider, providersQuery } from "~/channels/providers";
import { useWords } from "~/i18n";
import { Chip } from "~/kit/parts";
import { Failure, Loading } from "~/kit/states";
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

const SEARCH_ABOVE = 16;

function Choice({ onConnected }: { onConnected: (connected: Connected) => void }) {
  const { t, language } = useWords();
  const { data: providers, error, refetch } = useQuery(providersQuery);
  const [chosen, setChosen] = useState<Provider | null>(null);
  const [search, setSearch] = useState("");
  if (error) return <Failure error={error} retry={() => void refetch()} />;
  if (!providers) return <Loading />;
  const wanted = search.trim().toLowerCase();
  const shown = providers.filter(
    (one) => !wanted || `${one.name.en} ${one.name.zh} ${one.id}`.toLowerCase().includes(wanted),
  );
  return (
    <>
      <p className={styles.quiet}>{t("start.connectHint")}</p>
      {providers.length > SEARCH_ABOVE && (
        <TextInput
          mb={10}
          maw={280}
          aria-label={t("start.findProvider")}
          placeholder={t("start.findProvider")}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
      )}
      <div className={styles.cards}>
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
      {chosen && <ConnectForm key={chosen.id} provider={chosen} onConnected={onConnected} />}
    </>
  );
}
