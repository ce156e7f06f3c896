// Tries a channel's models, one by one or all; each result is shown as it comes.
import { Button, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type Api, api, take } from "~/api/client";
import { useWords } from "~/i18n";
import { tell } from "~/kit/failure";
import { duration } from "~/kit/format";
import { Badge } from "~/kit/parts";
import { Empty } from "~/kit/states";
import styles from "./test.module.css";
import { type Channel, inParallel, testChannel, useRefresh } from "./work";

type Result = "running" | Pick<Api<"TestView">, "ok" | "status" | "latency_ms" | "message" | "answer" | "format">;

const AT_ONCE = 3;
const SEARCH_ABOVE = 12;

export function TestPanel({ channel }: { channel: Channel }) {
  const words = useWords();
  const { t, n } = words;
  const refresh = useRefresh();
  const [results, setResults] = useState<Record<string, Result>>({});
  const [search, setSearch] = useState("");
  const urls = useQuery({
    queryKey: ["channel", channel.id, "urls"],
    queryFn: () =>
      take(api.GET("/api/v1/channels/{channel_id}/urls", { params: { path: { channel_id: channel.id } } })),
  });
  const test = async (model: string) => {
    setResults((all) => ({ ...all, [model]: "running" }));
    let result: Result;
    try {
      result = await testChannel(channel.id, model);
    } catch (error) {
      const told = tell(error, words);
      result = {
        ok: false,
        status: 0,
        latency_ms: 0,
        message: [told.title, told.detail].filter(Boolean).join(" "),
        answer: "",
        format: "openai_chat",
      };
    }
    setResults((all) => ({ ...all, [model]: result }));
  };
  const url = urls.data?.urls.openai_chat ?? Object.values(urls.data?.urls ?? {})[0];
  const shown = channel.models.filter((model) => model.toLowerCase().includes(search.trim().toLowerCase()));
  const running = Object.values(results).includes("running");
  const all = async () => {
    await inParallel(shown, AT_ONCE, test);
    refresh();
  };
  if (channel.models.length === 0) return <Empty title={t("channels.noModels")}>{t("channels.noModelsHint")}</Empty>;
  const done = Object.values(results).filter((one) => one !== "running");
  return (
    <>
      {url && (
        <p className={styles.url}>
          {t("channels.willCall")} <code>{url}</code>
        </p>
      )}
      <p className={styles.hint}>{t("channels.testHint")}</p>
      <div className={styles.tools}>
        <Button loading={running} onClick={() => void all()}>
          {n("channels.testAll", shown.length)}
        </Button>
        {channel.models.length > SEARCH_ABOVE && (
          <TextInput
            aria-label={t("models.search")}
            placeholder={t("models.search")}
            value={search}
            onChange={(event) => setSearch(event.currentTarget.value)}
          />
        )}
        <span className={styles.hint} role="status">
          {done.length > 0 && t("channels.testDone", { ok: done.filter((one) => one.ok).length, count: done.length })}
        </span>
      </div>
      <ul className={styles.list}>
        {shown.map((model) => (
          <li key={model} className={styles.row}>
            <code title={model}>{model}</code>
            <Outcome result={results[model]} />
            <Button
              variant="default"
              size="compact-sm"
              loading={results[model] === "running"}
              onClick={() => void test(model).then(() => refresh())}
            >
              {t("channels.test")}
            </Button>
            <Words result={results[model]} />
          </li>
        ))}
      </ul>
    </>
  );
}

function Outcome({ result }: { result: Result | undefined }) {
  const { t } = useWords();
  if (result === undefined) return <span />;
  if (result === "running") return <Badge tone="info">{t("channels.testing")}</Badge>;
  return result.ok ? (
    <Badge tone="good">{duration(result.latency_ms)}</Badge>
  ) : (
    <Badge tone="bad">{result.status ? `${t("channels.failed")} ${result.status}` : t("channels.failed")}</Badge>
  );
}

function Words({ result }: { result: Result | undefined }) {
  if (result === undefined || result === "running") return null;
  return <p className={styles.words}>{result.ok ? result.answer.slice(0, 160) : result.message}</p>;
}
