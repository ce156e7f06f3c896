// What the list shows of a channel.
import { ActionIcon, Menu } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { inLanguage, providersQuery } from "~/channels/providers";
import { useWords } from "~/i18n";
import type { Column } from "~/kit/DataTable";
import { duration } from "~/kit/format";
import { IconDots } from "~/kit/icons";
import { Badge, Chip, When } from "~/kit/parts";
import { Remove } from "./Remove";
import { type Channel, useSetStatus } from "./work";

type Open = (id: number, view?: "test") => void;

export function useColumns(open: Open): Column<Channel>[] {
  const { t, n, language } = useWords();
  const { data: providers } = useQuery(providersQuery);
  const providerName = (id: string) => {
    const found = providers?.find((one) => one.id === id);
    return found ? inLanguage(found.name, language) : id;
  };
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
      id: "status",
      header: t("common.status"),
      sort: "status",
      card: "end",
      cell: (row) => <Status row={row} />,
    },
    { id: "provider", header: t("channels.provider"), sort: "provider", cell: (row) => providerName(row.provider) },
    {
      id: "models",
      header: t("channels.models"),
      align: "right",
      card: "end",
      cell: (row) => (
        <span className="num" title={row.models.slice(0, 20).join("\n")}>
          {n("channels.modelCount", row.models.length)}
        </span>
      ),
    },
    {
      id: "priority",
      header: t("channels.priority"),
      sort: "priority",
      align: "right",
      wide: true,
      cell: (row) => <span className="num">{row.priority}</span>,
    },
    {
      id: "weight",
      header: t("channels.weight"),
      sort: "weight",
      align: "right",
      wide: true,
      cell: (row) => <span className="num">{row.weight}</span>,
    },
    {
      id: "groups",
      header: t("channels.groups"),
      wide: true,
      cell: (row) => row.groups.map((group) => <Chip key={group}>{group}</Chip>),
    },
    { id: "test", header: t("channels.lastTest"), cell: (row) => <LastTest row={row} /> },
    { id: "menu", header: "", wide: true, align: "right", cell: (row) => <RowMenu row={row} open={open} /> },
  ];
}

function Status({ row }: { row: Channel }) {
  const { t } = useWords();
  if (row.status !== "enabled") return <Badge tone="mute">{t("common.disabled")}</Badge>;
  const refused = row.keys.filter((key) => key.status === "enabled" && key.trouble);
  if (refused.length === 0) return <Badge tone="good">{t("common.enabled")}</Badge>;
  return (
    <span title={refused.map((key) => `${key.hint}: ${key.trouble?.message}`).join("\n")}>
      <Badge tone="warn">{t("channels.keysRefused", { refused: refused.length, count: row.keys.length })}</Badge>
    </span>
  );
}

function LastTest({ row }: { row: Channel }) {
  const { t } = useWords();
  const test = row.last_test;
  if (!test) return <Badge tone="mute">{t("channels.untested")}</Badge>;
  return (
    <span title={test.ok ? test.model : `${test.model}: ${test.message}`}>
      <Badge tone={test.ok ? "good" : "bad"}>{test.ok ? duration(test.latency_ms) : t("channels.failed")}</Badge>{" "}
      <small>
        <When ms={test.at_ms} />
      </small>
    </span>
  );
}

function RowMenu({ row, open }: { row: Channel; open: Open }) {
  const { t } = useWords();
  const [removing, setRemoving] = useState(false);
  const setStatus = useSetStatus();
  const next = row.status === "enabled" ? "disabled" : "enabled";
  return (
    <>
      <Menu position="bottom-end" transitionProps={{ duration: 0 }}>
        <Menu.Target>
          <ActionIcon aria-label={t("channels.actions", { name: row.name })}>
            <IconDots size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => open(row.id)}>{t("common.edit")}</Menu.Item>
          <Menu.Item onClick={() => open(row.id, "test")}>{t("channels.test")}</Menu.Item>
          <Menu.Item onClick={() => setStatus.mutate({ id: row.id, status: next })}>
            {next === "enabled" ? t("common.enable") : t("common.disable")}
          </Menu.Item>
          <Menu.Divider />
          <Menu.Item color="red.8" onClick={() => setRemoving(true)}>
            {t("common.delete")}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Remove channels={[row]} opened={removing} onClose={() => setRemoving(false)} />
    </>
  );
}
