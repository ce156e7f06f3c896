// The tokens: the keys clients use.
import { Button, Select } from "@mantine/core";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { type Api, api, take } from "~/api/client";
import { atLeast, useSession } from "~/app/session";
import { useWords } from "~/i18n";
import { type Column, DataTable } from "~/kit/DataTable";
import { Filters, SearchField } from "~/kit/Filters";
import { dollars } from "~/kit/format";
import { IconPlus } from "~/kit/icons";
import { useList } from "~/kit/list";
import { Badge, Chip, Page, When } from "~/kit/parts";
import { Side } from "~/kit/Side";
import { Empty } from "~/kit/states";
import { Created } from "./Created";
import { EditToken } from "./EditToken";
import type { TokenSearch } from "./search";
import { TokenForm } from "./TokenForm";

type Token = Api<"TokenView">;

const route = getRouteApi("/shell/tokens");
const SORT = "-id";

export default function Tokens() {
  const { t } = useWords();
  const search = route.useSearch();
  const navigate = useNavigate({ from: "/tokens" });
  const [created, setCreated] = useState<Api<"CreatedToken"> | null>(null);
  const list = useList("tokens", listPart(search), load, SORT);
  const open = (id: string | undefined) =>
    void navigate({ search: (old) => ({ ...old, open: id }), ignoreBlocker: true });
  const close = () => open(undefined);
  // However one leaves the panel, the way back included: a key is seen once.
  // biome-ignore lint/correctness/useExhaustiveDependencies: on every move
  useEffect(() => setCreated(null), [search.open]);
  const filtered = Boolean(search.search || search.status || search.scope || search.user_id);
  const create = (
    <Button leftSection={<IconPlus size={16} />} onClick={() => open("new")}>
      {t("tokens.new")}
    </Button>
  );
  const columns = useColumns();
  return (
    <Page title={t("nav.tokens")} hint={t("tokens.hint")} actions={create}>
      <Filters>
        <SearchField
          label={t("common.search")}
          value={search.search}
          onChange={(value) => list.filter({ search: value })}
        />
        <Select
          aria-label={t("common.status")}
          placeholder={t("filters.anyStatus")}
          data={[
            { value: "enabled", label: t("common.enabled") },
            { value: "disabled", label: t("common.disabled") },
          ]}
          value={search.status ?? null}
          onChange={(value) => list.filter({ status: value ?? undefined })}
          clearable
        />
        <Select
          aria-label={t("tokens.scope")}
          placeholder={t("tokens.anyScope")}
          data={[
            { value: "relay", label: t("tokens.relay") },
            { value: "management", label: t("tokens.management") },
          ]}
          value={search.scope ?? null}
          onChange={(value) => list.filter({ scope: value ?? undefined })}
          clearable
        />
      </Filters>
      <DataTable
        label={t("nav.tokens")}
        columns={columns}
        rows={list.rows}
        id={(row) => row.id}
        name={(row) => row.name}
        error={list.error}
        retry={list.retry}
        busy={list.busy}
        onOpen={(row) => open(String(row.id))}
        opened={Number(search.open)}
        paging={list.paging}
        empty={
          filtered ? (
            <Empty
              title={t("tokens.noneFound")}
              action={
                <Button
                  variant="default"
                  onClick={() =>
                    list.filter({ search: undefined, status: undefined, scope: undefined, user_id: undefined })
                  }
                >
                  {t("filters.clear")}
                </Button>
              }
            />
          ) : (
            <Empty title={t("tokens.none")} action={create}>
              {t("tokens.noneHint")}
            </Empty>
          )
        }
      />
      <Side
        title={created ? created.name : search.open === "new" ? t("tokens.new") : t("tokens.edit")}
        opened={search.open !== undefined}
        onClose={close}
        once={created !== null}
      >
        {created ? (
          <Created token={created} close={close} />
        ) : search.open === "new" ? (
          <TokenForm done={(saved) => "key" in saved && setCreated(saved as Api<"CreatedToken">)} cancel={close} />
        ) : (
          search.open !== undefined && <EditToken id={Number(search.open)} close={close} />
        )}
      </Side>
    </Page>
  );
}

function listPart({ open: _open, ...rest }: TokenSearch) {
  return rest;
}

function load({ sort, status, scope, ...rest }: ReturnType<typeof listPart>) {
  const query = {
    ...rest,
    sort: sort ?? SORT,
    total: true,
    status: status as Token["status"] | undefined,
    scope: scope as Token["scope"] | undefined,
  };
  return take(api.GET("/api/v1/tokens", { params: { query } }));
}

function useColumns(): Column<Token>[] {
  const { t, n } = useWords();
  const admin = atLeast(useSession(), "admin");
  const columns: (Column<Token> | null)[] = [
    {
      id: "name",
      header: t("common.name"),
      sort: "name",
      grow: true,
      cell: (row) => <strong title={row.name}>{row.name}</strong>,
    },
    { id: "status", header: t("common.status"), sort: "status", card: "end", cell: (row) => <State token={row} /> },
    { id: "key", header: t("tokens.key"), cell: (row) => <code>{row.key_hint}</code> },
    admin ? { id: "user", header: t("tokens.user"), sort: "user", card: "end", cell: (row) => row.user_name } : null,
    {
      id: "scope",
      header: t("tokens.scope"),
      wide: true,
      cell: (row) => (row.scope === "relay" ? t("tokens.relay") : <Badge tone="info">{t("tokens.management")}</Badge>),
    },
    {
      id: "spent",
      header: t("tokens.limit"),
      align: "right",
      card: "label",
      cell: (row) =>
        row.limit_usd === null ? (
          t("tokens.noLimit")
        ) : (
          <span className="num">
            {t("tokens.spentOf", { spent: dollars(row.spent_usd ?? "0"), limit: dollars(row.limit_usd) })}
          </span>
        ),
    },
    {
      id: "models",
      header: t("tokens.models"),
      wide: true,
      cell: (row) =>
        row.models === null ? (
          t("tokens.everyModel")
        ) : (
          <Chip title={row.models.join("\n")}>{n("models.count", row.models.length)}</Chip>
        ),
    },
    {
      id: "expires",
      header: t("tokens.expires"),
      wide: true,
      cell: (row) => (row.expires_ms === null ? t("tokens.never") : <When ms={row.expires_ms} />),
    },
    {
      id: "created",
      header: t("common.created"),
      sort: "created",
      wide: true,
      cell: (row) => <When ms={row.created_ms} />,
    },
  ];
  return columns.filter((column) => column !== null);
}

function State({ token }: { token: Token }) {
  const { t } = useWords();
  if (token.status === "disabled") return <Badge tone="mute">{t("common.disabled")}</Badge>;
  if (token.expires_ms !== null && token.expires_ms <= Date.now())
    return <Badge tone="bad">{t("tokens.expired")}</Badge>;
  return <Badge tone="good">{t("common.enabled")}</Badge>;
}
