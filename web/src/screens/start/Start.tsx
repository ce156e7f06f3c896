// The first five minutes on one page: connect a provider, take the token, send a request, see it in the logs.
import { Button, Loader } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, take } from "~/api/client";
import { useWords } from "~/i18n";
import { CopyButton, Page } from "~/kit/parts";
import { Failure, Note } from "~/kit/states";
import { usePublicOrigin } from "~/relay/origin";
import { Snippets } from "~/relay/Snippets";
import { Connect } from "./Connect";
import { type Connected, makeToken, type NewKey } from "./connect";
import { Step } from "./Step";
import styles from "./start.module.css";
import { TryIt } from "./TryIt";

/** What was made on this page. The key is shown once, so it lives as long as the page does, and no longer. */
interface Made {
  connected: Connected | null;
  token: NewKey | null;
}
let kept: Made = { connected: null, token: null };

export default function Start() {
  const { t } = useWords();
  const client = useQueryClient();
  const [made, setMade] = useState(kept);
  const keep = (change: Partial<Made>) => {
    kept = { ...kept, ...change };
    setMade(kept);
  };
  const models = useQuery({ queryKey: ["models"], queryFn: async () => (await take(api.GET("/api/v1/models"))).items });
  const token = useMutation({ mutationFn: makeToken, onSuccess: (created) => keep({ token: created }) });
  const connected = (result: Connected) => {
    keep({ connected: result });
    void client.invalidateQueries({ queryKey: ["channels"] });
    void client.invalidateQueries({ queryKey: ["models"] });
    if (!kept.token) token.mutate();
  };
  const model = made.connected?.model || models.data?.[0] || "";
  const ready = made.connected !== null || (models.data?.length ?? 0) > 0;
  return (
    <Page title={t("start.title")} hint={t("start.hint")} width="text">
      <ol className={styles.steps}>
        <Step number={1} title={t("start.connect")} done={ready}>
          <Connect connected={made.connected} served={models.data?.length ?? 0} onConnected={connected} />
        </Step>
        <Step number={2} title={t("start.token")} done={made.token !== null} waiting={!ready}>
          <Token
            made={made.token}
            model={model}
            busy={token.isPending}
            error={token.error}
            make={() => token.mutate()}
          />
        </Step>
        <Step number={3} title={t("start.try")} done={false} waiting={made.token === null}>
          {made.token && (
            <TryIt apiKey={made.token.key} models={made.connected?.models ?? models.data ?? []} first={model} />
          )}
        </Step>
      </ol>
    </Page>
  );
}

interface TokenProps {
  made: NewKey | null;
  model: string;
  busy: boolean;
  error: unknown;
  make: () => void;
}

function Token({ made, model, busy, error, make }: TokenProps) {
  const { t } = useWords();
  const origin = usePublicOrigin();
  if (error) return <Failure error={error} retry={make} />;
  if (busy) return <Loader size="sm" type="dots" />;
  if (!made) {
    return (
      <>
        <p className={styles.quiet}>{t("start.tokenGone")}</p>
        <Button onClick={make}>{t("start.tokenMake")}</Button>
      </>
    );
  }
  return (
    <>
      <div className={styles.key}>
        <code>{made.key}</code>
        <CopyButton text={made.key} size="compact-sm" variant="default">
          {t("start.tokenCopy")}
        </CopyButton>
      </div>
      <Note tone="warn">{t("start.tokenOnce", { name: made.name })}</Note>
      <div className={styles.snippets}>
        <Snippets origin={origin} apiKey={made.key} model={model} />
      </div>
    </>
  );
}
