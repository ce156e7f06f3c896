// Small pages by topic: one's own account for everybody, the rest for those who run the gateway.
import { Tabs } from "@mantine/core";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { atLeast, useSession } from "~/app/session";
import { useWords } from "~/i18n";
import { Page } from "~/kit/parts";
import { Account } from "./Account";
import { Audit } from "./Audit";
import { General } from "./General";
import { Groups } from "./Groups";
import { System } from "./System";
import styles from "./settings.module.css";

const route = getRouteApi("/shell/settings");
const TOPICS = ["account", "general", "groups", "audit", "system"] as const;

export default function Settings() {
  const { t } = useWords();
  const admin = atLeast(useSession(), "admin");
  const search = route.useSearch();
  const navigate = useNavigate({ from: "/settings" });
  const topics = admin ? TOPICS : TOPICS.slice(0, 1);
  const topic = topics.find((one) => one === search.topic) ?? "account";
  return (
    <Page title={t("nav.settings")} hint={t("settings.hint")}>
      <Tabs
        value={topic}
        keepMounted={false}
        onChange={(value) => void navigate({ search: { topic: value ?? undefined } })}
      >
        <Tabs.List className={styles.topics} aria-label={t("nav.settings")}>
          {topics.map((one) => (
            <Tabs.Tab key={one} value={one}>
              {t(`settings.topics.${one}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="account" pt={18}>
          <Account />
        </Tabs.Panel>
        <Tabs.Panel value="general" pt={18}>
          <General />
        </Tabs.Panel>
        <Tabs.Panel value="groups" pt={18}>
          <Groups />
        </Tabs.Panel>
        <Tabs.Panel value="audit" pt={18}>
          <Audit search={search} />
        </Tabs.Panel>
        <Tabs.Panel value="system" pt={18}>
          <System />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}
