// What models cost, where each figure is from and of what date; and which models have no price of their own.
import { Button, Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { type Api, api, take } from "~/api/client";
import { atLeast, useSession } from "~/app/session";
import { useWords } from "~/i18n";
import { type Column, DataTable } from "~/kit/DataTable";
import { Filters, SearchField } from "~/kit/Filters";
import { IconPlus } from "~/kit/icons";
import { useList } from "~/kit/list";
import { Chip, Money, Page } from "~/kit/parts";
import { Side } from "~/kit/Side";
import { Empty } from "~/kit/states";
import { PriceForm } from "./PriceForm";
import styles from "./prices.module.css";
import { ORIGINS, RATES, type Rates } from "./rates";
import type { PriceSearch } from "./search";

type Price = Api<"PriceView">;

const route = getRouteApi("/shell/prices");
const SORT = "model";

export default function Prices() {
  const { t } = useWords();
  const search = route.useSearch();
  const navigate = useNavigate({ from: "/prices" });
  const admin = atLeast(useSession(), "admin");
  const list = useList("prices", listPart(search), load, SORT);
  const columns = useColumns();
  const edit = (model: string | undefined) =>
    void navigate({ search: (old) => ({ ...old, open: model, add: undefined }), ignoreBlocker: true });
  const add = () => void navigate({ search: (old) => ({ ...old, open: undefined, add: 1 }) });
  const opened = admin && (search.open !== undefined || search.add !== undefined);
  return (
    <Page
      title={t("nav.prices")}
      hint={t("prices.hint")}
      actions={
        admin && (
          <Button leftSection={<IconPlus size={16} />} onClick={add}>
            {t("prices.new")}
          </Button>
        )
      }
    >
      {admin && <Unpriced set={edit} />}
      <Filters>
        <SearchField
          label={t("prices.search")}
          value={search.search}
          onChange={(value) => list.filter({ search: value })}
        />
        <Select
          aria-label={t("prices.origin")}
          placeholder={t("prices.anyOrigin")}
          data={ORIGINS.map((origin) => ({ value: origin, label: t(`prices.origins.${origin}`) }))}
          value={search.origin ?? null}
          onChange={(value) => list.filter({ origin: value ?? undefined })}
          clearable
        />
      </Filters>
      <DataTable
        label={t("nav.prices")}
        columns={columns}
        rows={list.rows}
        id={(row) => row.model}
        name={(row) => row.model}
        error={list.error}
        retry={list.retry}
        busy={list.busy}
        {...(admin ? { onOpen: (row: Price) => edit(row.model) } : {})}
        opened={search.open}
        paging={list.paging}
        empty={
          <Empty
            title={t("prices.noneFound")}
            action={
              <Button variant="default" onClick={() => list.filter({ search: undefined, origin: undefined })}>
                {t("filters.clear")}
              </Button>
            }
          />
        }
      />
      <Side title={search.open ?? t("prices.new")} opened={opened} onClose={() => edit(undefined)}>
        {opened && <PriceForm key={search.open ?? ""} model={search.open} close={() => edit(undefined)} />}
      </Side>
    </Page>
  );
}

function listPart({ open: _open, add: _add, ...rest }: PriceSearch) {
  return rest;
}

function load({ sort, ...rest }: ReturnType<typeof listPart>) {
  return take(api.GET("/api/v1/prices", { params: { query: { ...rest, sort: sort ?? SORT, total: true } } }));
}

function useColumns(): Column<Price>[] {
  const { t, n, find } = useWords();
  const rate = (name: "input" | "output" | "cached_input", wide = false): Column<Price> => ({
    card: "label",
    id: name,
    header: t(`prices.rates.${name}`),
    align: "right",
    wide,
    cell: (row) => {
      const usd = (row.rates as Rates)[name];
      return usd === undefined ? <span className={styles.none}>–</span> : <Money usd={usd} short />;
    },
  });
  return [
    {
      id: "model",
      header: t("prices.model"),
      sort: "model",
      grow: true,
      card: "line",
      cell: (row) => (row.model === "*" ? <em>{t("prices.default")}</em> : <code title={row.model}>{row.model}</code>),
    },
    rate("input"),
    rate("output"),
    rate("cached_input", true),
    {
      id: "more",
      header: t("prices.more"),
      wide: true,
      cell: (row) => {
        const more = RATES.filter(([name]) => name in row.rates && !["input", "output", "cached_input"].includes(name));
        const tiers = (row.rates as Rates).tiers?.length ?? 0;
        return (
          <>
            {more.slice(0, 2).map(([name]) => (
              <Chip key={name}>{t(`prices.rates.${name}`)}</Chip>
            ))}
            {more.length > 2 && ` +${more.length - 2} `}
            {tiers > 0 && <Chip>{n("prices.tiers", tiers)}</Chip>}
          </>
        );
      },
    },
    {
      id: "origin",
      header: t("prices.origin"),
      sort: "origin",
      wide: true,
      cell: (row) => find(`prices.origins.${row.origin}`) ?? row.origin,
    },
    {
      id: "source",
      header: t("prices.source"),
      wide: true,
      cell: (row) => (
        <span className={styles.source} title={row.source}>
          {row.source}
        </span>
      ),
    },
    {
      id: "as_of",
      header: t("prices.asOf"),
      sort: "as_of",
      wide: true,
      cell: (row) => <span className="num">{row.as_of}</span>,
    },
  ];
}

function Unpriced({ set }: { set: (model: string) => void }) {
  const { t, n } = useWords();
  const { data } = useQuery({ queryKey: ["unpriced"], queryFn: () => take(api.GET("/api/v1/prices/unpriced")) });
  if (!data || data.items.length === 0) return null;
  return (
    <details className={styles.unpriced}>
      <summary>{n("prices.unpriced", data.items.length)}</summary>
      <p>{t("prices.unpricedHint")}</p>
      <ul>
        {data.items.map(({ model, channels }) => (
          <li key={model}>
            <code>{model}</code>
            <span>{channels.join(", ")}</span>
            <Button variant="default" size="compact-sm" onClick={() => set(model)}>
              {t("prices.set")}
            </Button>
          </li>
        ))}
      </ul>
    </details>
  );
}
