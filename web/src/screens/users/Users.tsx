// The users and their money.
import { Button, Select } from "@mantine/core";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { type Api, api, take } from "~/api/client";
import { useWords } from "~/i18n";
import { type Column, DataTable } from "~/kit/DataTable";
import { Filters, SearchField } from "~/kit/Filters";
import { IconPlus } from "~/kit/icons";
import { useList } from "~/kit/list";
import { Badge, Chip, Money, Page, When } from "~/kit/parts";
import { Side } from "~/kit/Side";
import { Empty } from "~/kit/states";
import type { UserSearch } from "./search";
import { UserForm } from "./UserForm";
import { UserPanel } from "./UserPanel";

type User = Api<"UserView">;

const route = getRouteApi("/shell/users");
const SORT = "-id";

export default function Users() {
  const { t } = useWords();
  const search = route.useSearch();
  const navigate = useNavigate({ from: "/users" });
  const list = useList("users", listPart(search), load, SORT);
  const open = (id: string | undefined) =>
    void navigate({ search: (old) => ({ ...old, open: id }), ignoreBlocker: true });
  const columns = useColumns();
  return (
    <Page
      title={t("nav.users")}
      hint={t("users.hint")}
      actions={
        <Button leftSection={<IconPlus size={16} />} onClick={() => open("new")}>
          {t("users.new")}
        </Button>
      }
    >
      <Filters>
        <SearchField
          label={t("common.search")}
          value={search.search}
          onChange={(value) => list.filter({ search: value })}
        />
        <Select
          aria-label={t("users.role")}
          placeholder={t("users.anyRole")}
          data={(["user", "admin", "root"] as const).map((role) => ({ value: role, label: t(`users.roles.${role}`) }))}
          value={search.role ?? null}
          onChange={(value) => list.filter({ role: value ?? undefined })}
          clearable
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
      </Filters>
      <DataTable
        label={t("nav.users")}
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
          <Empty
            title={t("users.noneFound")}
            action={
              <Button
                variant="default"
                onClick={() => list.filter({ search: undefined, role: undefined, status: undefined, group: undefined })}
              >
                {t("filters.clear")}
              </Button>
            }
          />
        }
      />
      <Side
        title={search.open === "new" ? t("users.new") : t("users.user")}
        opened={search.open !== undefined}
        onClose={() => open(undefined)}
      >
        {search.open === "new" ? (
          <UserForm done={(saved) => open(String(saved.id))} cancel={() => open(undefined)} />
        ) : (
          search.open !== undefined && <UserPanel id={Number(search.open)} close={() => open(undefined)} />
        )}
      </Side>
    </Page>
  );
}

function listPart({ open: _open, ...rest }: UserSearch) {
  return rest;
}

function load({ sort, role, status, ...rest }: ReturnType<typeof listPart>) {
  const query = {
    ...rest,
    sort: sort ?? SORT,
    total: true,
    role: role as User["role"] | undefined,
    status: status as User["status"] | undefined,
  };
  return take(api.GET("/api/v1/users", { params: { query } }));
}

function useColumns(): Column<User>[] {
  const { t } = useWords();
  return [
    {
      id: "name",
      header: t("common.name"),
      sort: "name",
      grow: true,
      cell: (row) => (
        <>
          <strong title={row.name}>{row.name}</strong>
          {row.remark && <span title={row.remark}> · {row.remark}</span>}
        </>
      ),
    },
    {
      id: "balance",
      header: t("users.balance"),
      sort: "balance",
      align: "right",
      card: "end",
      cell: (row) => <Money usd={row.balance_usd} short />,
    },
    {
      id: "spent",
      header: t("users.spent"),
      align: "right",
      wide: true,
      cell: (row) => <Money usd={row.spent_usd} short />,
    },
    { id: "role", header: t("users.role"), sort: "role", cell: (row) => t(`users.roles.${row.role}`) },
    { id: "group", header: t("users.group"), sort: "group", card: "end", cell: (row) => <Chip>{row.group}</Chip> },
    {
      id: "status",
      header: t("common.status"),
      cell: (row) => (
        <Badge tone={row.status === "enabled" ? "good" : "mute"}>
          {row.status === "enabled" ? t("common.enabled") : t("common.disabled")}
        </Badge>
      ),
    },
    {
      id: "password",
      header: t("users.signIn"),
      wide: true,
      cell: (row) => (row.has_password ? t("users.canSignIn") : t("users.noPassword")),
    },
    {
      id: "created",
      header: t("common.created"),
      sort: "created",
      wide: true,
      cell: (row) => <When ms={row.created_ms} />,
    },
  ];
}
