// Who changed what, and when.
import { type Api, api, take } from "~/api/client";
import { useWords } from "~/i18n";
import { DataTable } from "~/kit/DataTable";
import { useList } from "~/kit/list";
import { Section, When } from "~/kit/parts";
import { Empty } from "~/kit/states";
import styles from "./settings.module.css";

type Line = Api<"AuditView">;

export function Audit({ search }: { search: { cursor?: string | undefined; sort?: string | undefined } }) {
  const { t } = useWords();
  const list = useList<Line, typeof search>("audit", { cursor: search.cursor }, ({ cursor }) =>
    take(api.GET("/api/v1/audit", { params: { query: { cursor, sort: "-id", total: true } } })),
  );
  return (
    <Section title={t("settings.topics.audit")} hint={t("settings.auditHint")}>
      <DataTable
        label={t("settings.topics.audit")}
        rows={list.rows}
        error={list.error}
        retry={list.retry}
        busy={list.busy}
        id={(row) => row.id}
        name={(row) => row.action}
        paging={list.paging}
        columns={[
          { id: "when", header: t("users.when"), cell: (row) => <When ms={row.at_ms} /> },
          { id: "who", header: t("settings.who"), cell: (row) => row.actor_name ?? t("settings.commandLine") },
          { id: "action", header: t("settings.action"), cell: (row) => <code>{row.action}</code> },
          { id: "target", header: t("settings.target"), cell: (row) => <code>{row.target}</code> },
          { id: "detail", header: t("settings.detail"), grow: true, wide: true, cell: (row) => <Detail line={row} /> },
          { id: "address", header: t("logs.address"), wide: true, cell: (row) => row.address || "–" },
        ]}
        empty={<Empty title={t("common.none")} />}
      />
    </Section>
  );
}

function Detail({ line }: { line: Line }) {
  const text = Object.entries(line.detail)
    .map(([name, change]) => {
      const [before, after] = Array.isArray(change) && change.length === 2 ? change : [undefined, change];
      return before === undefined
        ? `${name}: ${JSON.stringify(after)}`
        : `${name}: ${JSON.stringify(before)} → ${JSON.stringify(after)}`;
    })
    .join(", ");
  return (
    <span className={styles.detail} title={text}>
      {text}
    </span>
  );
}
