import { TextInput } from "@mantine/core";
import { useEffect, useState } from "react";
import { useWords } from "~/i18n";
import { IconSearch } from "~/kit/icons";
import styles from "./logs.module.css";
import { FIELDS, readQuery, writeQuery } from "./query";
import type { LogSearch } from "./search";

/** The filters as text. What is typed counts at Enter; what cannot be read is named, and nothing is filtered. */
export function QueryBar({ search, set }: { search: LogSearch; set: (change: Partial<LogSearch>) => void }) {
  const { t } = useWords();
  const written = writeQuery(search);
  const [typed, setTyped] = useState(written);
  const [unknown, setUnknown] = useState<string[]>([]);
  useEffect(() => {
    setTyped(written);
    setUnknown([]);
  }, [written]);
  const apply = () => {
    const read = readQuery(typed);
    setUnknown(read.unknown);
    if (read.unknown.length === 0) set(read.filters);
  };
  const last = typed.slice(typed.lastIndexOf(" ") + 1);
  const offered = last.includes(":") ? [] : FIELDS.filter((field) => field.startsWith(last));
  return (
    <form
      className={styles.query}
      onSubmit={(event) => {
        event.preventDefault();
        apply();
      }}
    >
      <TextInput
        aria-label={t("logs.query")}
        placeholder="status:error model:gpt-4o took:>2s"
        leftSection={<IconSearch size={15} />}
        spellCheck={false}
        autoComplete="off"
        list="log-fields"
        classNames={{ input: "mono" }}
        value={typed}
        error={unknown.length > 0 ? t("logs.unknown", { words: unknown.join(" "), fields: FIELDS.join(", ") }) : null}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      <datalist id="log-fields">
        {offered.map((field) => (
          <option key={field} value={`${typed.slice(0, typed.length - last.length)}${field}:`} />
        ))}
      </datalist>
    </form>
  );
}
