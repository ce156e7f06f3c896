// The frame of what is shown before anybody is signed in.
import { Button, useMantineColorScheme } from "@mantine/core";
import { type ReactNode, useEffect } from "react";
import { useArrived } from "~/app/arrived";
import { Logo } from "~/app/Logo";
import { LANGUAGES, type Language, useLanguage, useWords } from "~/i18n";
import styles from "./door.module.css";

export function Door({ title, hint, children }: { title: string; hint?: string; children: ReactNode }) {
  const { t } = useWords();
  useArrived();
  const { language, choose } = useLanguage();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const other = (Object.keys(LANGUAGES) as Language[]).find((one) => one !== language) ?? "en";
  const dark = document.documentElement.dataset.mantineColorScheme === "dark";
  useEffect(() => {
    document.title = `${title} · Sluice`;
  }, [title]);
  return (
    <div className={styles.door} data-scheme={colorScheme}>
      <main className={styles.box}>
        <Logo />
        <h1>{title}</h1>
        {hint && <p className={styles.hint}>{hint}</p>}
        {children}
      </main>
      <footer className={styles.foot}>
        <Button variant="subtle" color="gray" size="compact-sm" lang={other} onClick={() => choose(other)}>
          {LANGUAGES[other]}
        </Button>
        <Button variant="subtle" color="gray" size="compact-sm" onClick={() => setColorScheme(dark ? "light" : "dark")}>
          {dark ? t("shell.light") : t("shell.dark")}
        </Button>
      </footer>
    </div>
  );
}
