// Talk to any model through the gateway: the answer as it streams, the bytes as they came, the code that does the same.
import { Button, NumberInput, Select, Tabs, Textarea } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api, take } from "~/api/client";
import { firstChatModel } from "~/channels/providers";
import { useWords } from "~/i18n";
import { CodeBlock, Page } from "~/kit/parts";
import { Empty, Failure, Loading } from "~/kit/states";
import { usePublicOrigin } from "~/relay/origin";
import { Snippets } from "~/relay/Snippets";
import { Conversation } from "./Conversation";
import styles from "./playground.module.css";
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

interface Parameters {
  system: string;
  temperature: number | string;
  max_tokens: number | string;
}

function Desk({ models }: { models: string[] }) {
  const { t } = useWords();
  const search = route.useSearch();
  const navigate = useNavigate({ from: "/playground" });
  const origin = usePublicOrigin();
  const chat = useChat();
  const [parameters, setParameters] = useState<Parameters>({ system: "", temperature: "", max_tokens: "" });
  const model = search.model ?? firstChatModel(models) ?? "";
  const request = {
    model,
    ...(parameters.temperature === "" ? {} : { temperature: Number(parameters.temperature) }),
    ...(parameters.max_tokens === "" ? {} : { max_tokens: Number(parameters.max_tokens) }),
  };
  const set = (change: Partial<Parameters>) => setParameters((old) => ({ ...old, ...change }));
  const raw = (chat.coming ?? chat.turns[chat.turns.length - 1]?.progress)?.raw ?? [];
  return (
    <div className={styles.desk}>
      <div className={styles.side}>
        <Select
          label={t("playground.model")}
          data={models}
          value={model}
          searchable
          allowDeselect={false}
          onChange={(value) => value && void navigate({ search: { model: value }, replace: true })}
        />
        <Textarea
          label={t("playground.system")}
          autosize
          minRows={2}
          maxRows={10}
          value={parameters.system}
          onChange={(event) => set({ system: event.currentTarget.value })}
        />
        <NumberInput
          label={t("playground.temperature")}
          placeholder={t("playground.modelDefault")}
          min={0}
          max={2}
          step={0.1}
          value={parameters.temperature}
          onChange={(value) => set({ temperature: value })}
        />
        <NumberInput
          label={t("playground.maxTokens")}
          placeholder={t("playground.modelDefault")}
          min={1}
          allowDecimal={false}
          value={parameters.max_tokens}
          onChange={(value) => set({ max_tokens: value })}
        />
        <p className={styles.note}>{t("playground.keyNote")}</p>
        <Button variant="default" disabled={chat.turns.length === 0} onClick={chat.clear}>
          {t("playground.clear")}
        </Button>
      </div>
      <Tabs defaultValue="chat" keepMounted={false} className={styles.main}>
        <Tabs.List>
          <Tabs.Tab value="chat">{t("playground.chat")}</Tabs.Tab>
          <Tabs.Tab value="raw">{t("playground.raw")}</Tabs.Tab>
          <Tabs.Tab value="code">{t("playground.code")}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="chat">
          <Conversation
            chat={chat}
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
              <h3 className={styles.title}>{t("playground.events", { count: raw.length })}</h3>
              <CodeBlock label={t("playground.raw")} code={raw.join("\n")} />
            </>
          )}
        </Tabs.Panel>
        <Tabs.Panel value="code" pt={12}>
          <Snippets origin={origin} apiKey="sk-…" model={model} />
        </Tabs.Panel>
      </Tabs>
    </div>
  );
}
