// The request log: one state in the address, seen as a query, as facets, as a chart, as sums, and as rows.
import { Button, SegmentedControl } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useWords } from "~/i18n";
import { DataTable } from "~/kit/DataTable";
import { isGone } from "~/kit/list";
import { Page } from "~/kit/parts";
import { Empty } from "~/kit/states";
import { useColumns } from "./columns";
import { Facets } from "./Facets";
import { Histogram } from "./Histogram";
import { Inspector } from "./Inspector";
import styles from "./logs.module.css";
import { QueryBar } from "./QueryBar";
import { Strip } from "./Strip";
import type { LogSearch } from "./search";
import { around, filtersOf, RANGES, type Range, rangeOf, spanOf } from "./span";
import { useLive } from "./useLive";
import { useWalk } from "./useWalk";

const route = getRouteApi("/shell/logs");

export default function Logs() {
  const { t, n } = useWords();
  const search = route.useSearch();
  const navigate = useNavigate({ from: "/logs" });
  const client = useQueryClient();
  const [now, setNow] = useState(Date.now);
  const [facets, setFacets] = useState(false);
  const span = spanOf(search, now);
  const filters = filtersOf(search);
  const set = (change: Partial<LogSearch>) =>
    void navigate({ search: (old) => ({ ...old, cursor: undefined, open: undefined, ...change }) });
  const columns = useColumns();
  const { list, rows, show, newer, older, paging } = useWalk(search, span);
  // Where a request that is named lies, whatever the time looked at.
  const named = search.id ? rows?.find((row) => row.id === search.id) : undefined;
  const seen = named ? around(named.created_ms) : span;
  const live = useLive(filters, span.open && !search.cursor && !search.id, now);
  const showFresh = () => {
    setNow(Date.now());
    // Within the same minute the span is the same, and what was fetched for it is out of date.
    for (const name of ["requests", "summary", "facets"]) void client.invalidateQueries({ queryKey: [name] });
  };
  const filtered = Object.values(filters).some((value) => value !== undefined);
  return (
    <Page title={t("nav.logs")} hint={t("logs.hint")}>
      <div className={styles.bar}>
        <QueryBar search={search} set={set} />
        <SegmentedControl
          size="sm"
          aria-label={t("logs.range")}
          value={rangeOf(search) ?? ""}
          data={(Object.keys(RANGES) as Range[]).map((range) => ({ value: range, label: t(`logs.ranges.${range}`) }))}
          onChange={(range) => set({ range, since_ms: undefined, until_ms: undefined })}
        />
        <Button variant="default" aria-expanded={facets} onClick={() => setFacets(!facets)}>
          {t("logs.facets")}
        </Button>
      </div>
      <Strip filters={filters} span={seen} />
      <Histogram
        filters={filters}
        span={seen}
        select={(since_ms, until_ms) => set({ since_ms, until_ms, range: undefined })}
      />
      <div className={styles.split} data-facets={facets || undefined} data-narrow={facets || undefined}>
        {facets && <Facets search={search} span={seen} set={set} />}
        <div className={styles.rows}>
          <div className={styles.live} role="status">
            {(live.fresh > 0 || live.missed) && (
              <Button variant="light" size="compact-md" onClick={showFresh}>
                {live.missed ? t("logs.missed") : n("logs.fresh", live.fresh)}
                {!live.missed && live.more && "+"}
              </Button>
            )}
            {live.state === "on" && live.fresh === 0 && !live.missed && (
              <span className={styles.listening}>{t("logs.listening")}</span>
            )}
            {live.state === "away" && <span className={styles.away}>{t("logs.away")}</span>}
          </div>
          <DataTable
            label={t("nav.logs")}
            columns={columns}
            rows={rows}
            id={(row) => row.id}
            name={(row) => row.id}
            error={list.error}
            retry={() => (isGone(list.error) ? set({}) : void list.refetch())}
            busy={list.isPlaceholderData}
            onOpen={(row) => show(row.id)}
            opened={search.open}
            paging={paging}
            empty={
              filtered || !span.open ? (
                <Empty
                  title={t("logs.noneFound")}
                  action={
                    <Button variant="default" onClick={() => void navigate({ search: { range: "30d" } })}>
                      {t("filters.clear")}
                    </Button>
                  }
                />
              ) : (
                <Empty title={t("logs.none")}>{t("logs.noneHint")}</Empty>
              )
            }
          />
        </div>
      </div>
      <Inspector id={search.open} close={() => show(undefined)} newer={newer} older={older} />
    </Page>
  );
}
