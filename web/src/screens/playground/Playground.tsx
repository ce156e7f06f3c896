// Talk to any model through the gateway: the answer as it streams, the bytes as they came, the code that does the same.
import { Tabs } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { api, take } from "~/api/client";
import { firstChatModel } from "~/channels/providers";
import { useWords } from "~/i18n";
import { CodeBlock, Page } from "~/kit/parts";
import { Empty, Failure, Loading } from "~/kit/states";
import { usePublicOrigin } from "~/relay/origin";
import { Snippets } from "~/relay/Snippets";
import { Conversation } from "./Conversation";
import { kept } from "./kept";
import { chosen, type Parameters } from "./parameters";
import styles from "./playground.module.css";
import { Settings } from "./Settings";
import { useChat } from "./useChat";

const route = getRouteApi("/shell/playground");

export default function Playground() {
  const { t } = useWords();
  const { data, error, refetch } = useQuery({
    queryKey: ["models"],
    queryFn: async () => (await take(api.GET("/api/v1/models"))).items,
  });
  return (
    <Page title={t("nav.playground")} hint={t("playground.hint")}>
      {error ? (
        <Failure error={error} retry={() => void refetch()} />
      ) : !data ? (
        <Loading />
      ) : data.length === 0 ? (
        <Empty title={t("playground.noModels")}>{t("playground.noModelsHint")}</Empty>
      ) : (
        <Desk models={data} />
      )}
    </Page>
  );
}

function Desk({ models }: { models: string[] }) {
  const { t, n } = useWords();
  const search = route.useSearch();
  const navigate = useNavigate({ from: "/playground" });
  const origin = usePublicOrigin();
  const chat = useChat();
  const [parameters, setParameters] = useState<Parameters>(kept.parameters);
  const before = models.find((model) => model === kept.model);
  const model = search.model ?? before ?? firstChatModel(models) ?? "";
  useEffect(() => {
    kept.parameters = parameters;
    kept.model = model;
  }, [parameters, model]);
  const request = { model, ...chosen(parameters) };
  const raw = (chat.coming ?? chat.turns[chat.turns.length - 1]?.progress)?.raw ?? [];
  return (
    <div className={styles.desk}>
      <Settings
        models={models}
        model={model}
        choose={(value) => void navigate({ search: { model: value }, replace: true })}
        parameters={parameters}
        set={(change) => setParameters((old) => ({ ...old, ...change }))}
        clear={chat.turns.length > 0 ? chat.clear : undefined}
      />
      <Tabs defaultValue="chat" keepMounted={false} className={styles.main}>
        <Tabs.List>
          <Tabs.Tab value="chat">{t("playground.chat")}</Tabs.Tab>
          <Tabs.Tab value="raw">{t("playground.raw")}</Tabs.Tab>
          <Tabs.Tab value="code">{t("playground.code")}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="chat">
          <Conversation
            chat={chat}
            model={model}
            send={(text) => chat.send(text, request, parameters.system)}
            again={() => chat.again(request, parameters.system)}
          />
        </Tabs.Panel>
        <Tabs.Panel value="raw" pt={12}>
          {chat.sent === null ? (
            <p className={styles.note}>{t("playground.nothingSent")}</p>
          ) : (
            <>
              <h3 className={styles.title}>{t("playground.requestBody")}</h3>
              <CodeBlock label={t("playground.requestBody")} code={JSON.stringify(chat.sent, null, 2)} />
              <h3 className={styles.title}>{n("playground.events", raw.length)}</h3>
              <CodeBlock label={t("playground.raw")} code={raw.join("\n")} />
            </>
          )}
        </Tabs.Panel>
        <Tabs.Panel value="code" pt={12}>
          {chat.sent !== null && (
            <>
              <h3 className={styles.title}>{t("playground.same")}</h3>
              <CodeBlock label={t("playground.same")} code={curlOfBody(origin, chat.sent)} />
              <h3 className={styles.title}>{t("playground.clients")}</h3>
            </>
          )}
          <Snippets origin={origin} apiKey="sk-…" model={model} />
        </Tabs.Panel>
      </Tabs>
    </div>
  );
}

/** The request that was sent last, for a shell. */
function curlOfBody(origin: string, sent: object): string {
  return [
    `curl ${origin}/v1/chat/completions \\`,
    `  -H "Authorization: Bearer $SLUICE_KEY" \\`,
    `  -H "Content-Type: application/json" \\`,
    `  -d '${JSON.stringify({ ...sent, stream: true }).replaceAll("'", "'\\''")}'`,
  ].join("\n");
}
