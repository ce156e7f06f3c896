// The channels: upstream accounts.
import { Button, Select, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { api, take } from "~/api/client";
import { inLanguage, providersQuery } from "~/channels/providers";
import { useWords } from "~/i18n";
import { DataTable } from "~/kit/DataTable";
import { Filters, SearchField } from "~/kit/Filters";
import { IconPlus } from "~/kit/icons";
import { useList } from "~/kit/list";
import { Page } from "~/kit/parts";
import { Empty } from "~/kit/states";
import { Bulk } from "./Bulk";
import { ChannelPanel } from "./ChannelPanel";
import { useColumns } from "./columns";
import type { ChannelSearch } from "./search";

const route = getRouteApi("/shell/channels");
const SORT = "-priority";

export default function Channels() {
  const { t } = useWords();
  const search = route.useSearch();
  const navigate = useNavigate({ from: "/channels" });
  const [chosen, setChosen] = useState<ReadonlySet<number | string>>(new Set());
  const list = useList("channels", listPart(search), load, SORT);
  const open = (id: number | "new" | undefined, view?: "test") =>
    void navigate({
      search: (old) => ({ ...old, open: id === undefined ? undefined : String(id), view }),
      ignoreBlocker: true,
    });
  const columns = useColumns(open);
  const filtered = Boolean(search.search || search.provider || search.status || search.model || search.group);
  const create = (
    <Button leftSection={<IconPlus size={16} />} onClick={() => open("new")}>
      {t("channels.new")}
    </Button>
  );
  return (
    <Page title={t("nav.channels")} hint={t("channels.hint")} actions={create}>
      <FilterBar search={search} filter={list.filter} />
      <DataTable
        label={t("nav.channels")}
        columns={columns}
        rows={list.rows}
        id={(row) => row.id}
        name={(row) => row.name}
        error={list.error}
        retry={list.retry}
        busy={list.busy}
        onOpen={(row) => open(row.id)}
        opened={Number(search.open)}
        paging={list.paging}
        selection={{ chosen, onChange: setChosen }}
        // Only what is seen: a row chosen on another page, or left behind by a filter, is not changed unseen.
        bulk={
          <Bulk channels={(list.rows ?? []).filter((row) => chosen.has(row.id))} clear={() => setChosen(new Set())} />
        }
        empty={
          filtered ? (
            <Empty
              title={t("channels.noneFound")}
              action={
                <Button variant="default" onClick={() => list.filter(NO_FILTERS)}>
                  {t("filters.clear")}
                </Button>
              }
            />
          ) : (
            <Empty title={t("channels.none")} action={create}>
              {t("channels.noneHint")}
            </Empty>
          )
        }
      />
      <ChannelPanel open={search.open} view={search.view} close={() => open(undefined)} show={open} />
    </Page>
  );
}

const NO_FILTERS = { search: undefined, provider: undefined, status: undefined, model: undefined, group: undefined };

function listPart({ open: _open, view: _view, ...rest }: ChannelSearch) {
  return rest;
}

function load(search: ReturnType<typeof listPart>) {
  const { status, sort, ...rest } = search;
  const query = { ...rest, sort: sort ?? SORT, total: true, status: status as "enabled" | "disabled" | undefined };
  return take(api.GET("/api/v1/channels", { params: { query } }));
}

function FilterBar({ search, filter }: { search: ChannelSearch; filter: (change: Partial<ChannelSearch>) => void }) {
  const { t, language } = useWords();
  const { data: providers } = useQuery(providersQuery);
  return (
    <Filters>
      <SearchField label={t("common.search")} value={search.search} onChange={(value) => filter({ search: value })} />
      <Select
        aria-label={t("channels.provider")}
        placeholder={t("channels.anyProvider")}
        data={providers?.map((one) => ({ value: one.id, label: inLanguage(one.name, language) })) ?? []}
        value={search.provider ?? null}
        onChange={(value) => filter({ provider: value ?? undefined })}
        clearable
        searchable
      />
      <Select
        aria-label={t("common.status")}
        placeholder={t("filters.anyStatus")}
        data={[
          { value: "enabled", label: t("common.enabled") },
          { value: "disabled", label: t("common.disabled") },
        ]}
        value={search.status ?? null}
        onChange={(value) => filter({ status: value ?? undefined })}
        clearable
      />
      <ModelFilter value={search.model} onChange={(value) => filter({ model: value })} />
    </Filters>
  );
}

/** Exact names are looked for, so the search begins when the name is whole: at Enter, or when the field is left. */
function ModelFilter({
  value,
  onChange,
}: {
  value: string | undefined;
  onChange: (value: string | undefined) => void;
}) {
  const { t } = useWords();
  const [typed, setTyped] = useState(value ?? "");
  useEffect(() => setTyped(value ?? ""), [value]);
  const apply = () => typed !== (value ?? "") && onChange(typed || undefined);
  return (
    <TextInput
      aria-label={t("channels.servesModel")}
      placeholder={t("channels.servesModel")}
      value={typed}
      onChange={(event) => setTyped(event.currentTarget.value)}
      onBlur={apply}
      onKeyDown={(event) => event.key === "Enter" && apply()}
    />
  );
}
