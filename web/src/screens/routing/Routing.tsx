// Where a request would go at this moment: the channels in their order, and why each of the others is left out.
import { Autocomplete, Select } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { api, take } from "~/api/client";
import { type Key, useWords } from "~/i18n";
import { pruned } from "~/kit/list";
import { Page } from "~/kit/parts";
import { Empty, Failure, Loading } from "~/kit/states";
import { Explained } from "./Explained";
import styles from "./routing.module.css";
import type { RoutingSearch } from "./search";

const route = getRouteApi("/shell/routing");

export const FORMATS = [
  "openai_chat",
  "openai_responses",
  "anthropic",
  "gemini",
  "embeddings",
  "rerank",
  "images",
  "speech",
  "transcriptions",
  "moderations",
  "realtime",
] as const;
const EVERY_MS = 5000;

export default function Routing() {
  const { t } = useWords();
  const search = route.useSearch();
  const navigate = useNavigate({ from: "/routing" });
  const set = (change: Partial<RoutingSearch>) =>
    void navigate({ search: (old) => pruned({ ...old, ...change }), replace: true });
  const query = { ...search, model: search.model ?? "", format: search.format as never };
  const { data, error, refetch } = useQuery({
    queryKey: ["explain", query],
    enabled: Boolean(search.model),
    placeholderData: keepPreviousData,
    // Channels fall ill and recover while one looks.
    refetchInterval: EVERY_MS,
    queryFn: () => take(api.GET("/api/v1/routing/explain", { params: { query } })),
  });
  return (
    <Page title={t("nav.routing")} hint={t("routing.hint")}>
      <search className={styles.ask}>
        <ModelField value={search.model ?? ""} onChange={(model) => set({ model })} />
        <Select
          label={t("logs.format")}
          data={FORMATS.map((value) => ({ value, label: t(`routing.formats.${value}` as Key) }))}
          value={search.format ?? FORMATS[0]}
          allowDeselect={false}
          onChange={(value) => set({ format: value === FORMATS[0] ? undefined : (value ?? undefined) })}
        />
        <TokenField value={search.token_id} onChange={(token_id) => set({ token_id, group: undefined })} />
        <GroupField
          value={search.token_id === undefined ? search.group : data?.group}
          fixed={search.token_id !== undefined}
          onChange={(group) => set({ group })}
        />
      </search>
      {error ? (
        <Failure error={error} retry={() => void refetch()} />
      ) : !search.model ? (
        <Empty title={t("routing.ask")}>{t("routing.askHint")}</Empty>
      ) : data ? (
        <Explained told={data} model={search.model} />
      ) : (
        <Loading />
      )}
    </Page>
  );
}

function ModelField({ value, onChange }: { value: string; onChange: (model: string | undefined) => void }) {
  const { t } = useWords();
  const [typed, setTyped] = useState(value);
  const ask = useDebouncedCallback((text: string) => onChange(text || undefined), 300);
  useEffect(() => setTyped(value), [value]);
  const { data } = useQuery({
    queryKey: ["models"],
    queryFn: async () => (await take(api.GET("/api/v1/models"))).items,
  });
  return (
    <Autocomplete
      label={t("logs.model")}
      placeholder={t("routing.exactName")}
      data={data ?? []}
      limit={50}
      value={typed}
      onChange={(text) => {
        setTyped(text);
        ask(text);
      }}
    />
  );
}

/** There may be very many tokens: they are looked for by name. */
function TokenField({ value, onChange }: { value: number | undefined; onChange: (id: number | undefined) => void }) {
  const { t } = useWords();
  const [typed, setTyped] = useState("");
  const find = useDebouncedCallback(setTyped, 250);
  const query = { search: typed || undefined, limit: 20, sort: "name", scope: "relay" as const };
  const { data } = useQuery({
    queryKey: ["tokens", "find", query],
    placeholderData: keepPreviousData,
    queryFn: async () => (await take(api.GET("/api/v1/tokens", { params: { query } }))).items,
  });
  const { data: chosen } = useQuery({
    queryKey: ["token", value],
    enabled: value !== undefined,
    queryFn: () => take(api.GET("/api/v1/tokens/{token_id}", { params: { path: { token_id: value ?? 0 } } })),
  });
  const all = [...(chosen && !data?.some((one) => one.id === chosen.id) ? [chosen] : []), ...(data ?? [])];
  return (
    <Select
      label={t("logs.token")}
      placeholder={t("routing.anyToken")}
      data={all.map((token) => ({ value: String(token.id), label: `${token.name} · ${token.user_name}` }))}
      value={value === undefined ? null : String(value)}
      searchable
      clearable
      clearButtonProps={{ "aria-label": t("routing.anyToken") }}
      filter={({ options }) => options}
      onSearchChange={find}
      onChange={(id) => onChange(id === null ? undefined : Number(id))}
    />
  );
}

interface GroupProps {
  value: string | undefined;
  fixed: boolean;
  onChange: (group: string | undefined) => void;
}

function GroupField({ value, fixed, onChange }: GroupProps) {
  const { t } = useWords();
  const { data } = useQuery({
    queryKey: ["groups", "names"],
    queryFn: async () =>
      (await take(api.GET("/api/v1/groups", { params: { query: { limit: 200, sort: "name" } } }))).items,
  });
  return (
    <Select
      label={t("logs.group")}
      data={(data ?? []).map((group) => group.name)}
      value={value ?? "default"}
      disabled={fixed}
      allowDeselect={false}
      onChange={(group) => onChange(group === "default" ? undefined : (group ?? undefined))}
    />
  );
}
