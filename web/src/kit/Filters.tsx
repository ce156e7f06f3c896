// The row of filters above a list.
import { TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { type ReactNode, useEffect, useState } from "react";
import styles from "./Filters.module.css";
import { IconSearch } from "./icons";

export function Filters({ children }: { children: ReactNode }) {
  return <search className={styles.bar}>{children}</search>;
}

interface Props {
  label: string;
  value: string | undefined;
  onChange: (value: string | undefined) => void;
}

/** Asks once the typing rests, so that a word is one request. */
export function SearchField({ label, value, onChange }: Props) {
  const [typed, setTyped] = useState(value ?? "");
  const ask = useDebouncedCallback((text: string) => onChange(text || undefined), 250);
  useEffect(() => setTyped(value ?? ""), [value]);
  return (
    <TextInput
      className={styles.search}
      aria-label={label}
      placeholder={label}
      leftSection={<IconSearch size={15} />}
      value={typed}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        ask(event.currentTarget.value);
      }}
    />
  );
}
