import { Tabs } from "@mantine/core";
import { useWords } from "~/i18n";
import { CodeBlock } from "~/kit/parts";
import { snippets } from "./recipes";
import styles from "./snippets.module.css";

/** One tab a client, each with what to paste there. */
export function Snippets({ origin, apiKey, model }: { origin: string; apiKey: string; model: string }) {
  const { t } = useWords();
  const all = snippets({ origin, key: apiKey, model });
  return (
    <Tabs defaultValue="curl" keepMounted={false}>
      <Tabs.List className={styles.list} aria-label={t("snippets.label")}>
        {all.map(({ id, name }) => (
          <Tabs.Tab key={id} value={id}>
            {name}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {all.map(({ id, name, code, where }) => (
        <Tabs.Panel key={id} value={id} pt={10}>
          <p className={styles.where}>{t(`snippets.${where}`, { client: name })}</p>
          <CodeBlock code={code} label={name} />
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}
