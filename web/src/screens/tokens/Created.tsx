import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type Api, api, take } from "~/api/client";
import { firstChatModel } from "~/channels/providers";
import { useWords } from "~/i18n";
import { CopyButton } from "~/kit/parts";
import { Note } from "~/kit/states";
import { usePublicOrigin } from "~/relay/origin";
import { Snippets } from "~/relay/Snippets";
import styles from "./tokens.module.css";

/** A token just made: the only sight of its key, and how to use it. */
export function Created({ token, close }: { token: Api<"CreatedToken">; close: () => void }) {
  const { t } = useWords();
  const origin = usePublicOrigin();
  const models = useQuery({ queryKey: ["models"], queryFn: async () => (await take(api.GET("/api/v1/models"))).items });
  return (
    <>
      <div className={styles.key}>
        <code>{token.key}</code>
        <CopyButton text={token.key} data-autofocus>
          {t("start.tokenCopy")}
        </CopyButton>
      </div>
      <Note tone="warn">{t("start.tokenOnce", { name: token.name })}</Note>
      {token.scope === "relay" && (
        <div className={styles.snippets}>
          <Snippets
            origin={origin}
            apiKey={token.key}
            model={firstChatModel(token.models ?? models.data ?? []) ?? "model"}
          />
        </div>
      )}
      <Button variant="default" mt={18} onClick={close}>
        {t("common.done")}
      </Button>
    </>
  );
}
