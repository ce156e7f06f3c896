// What a model is called upstream, where that differs from what clients ask for. As rows, or as JSON.
import { ActionIcon, Autocomplete, Button, JsonInput, TextInput } from "@mantine/core";
import { useState } from "react";
import { useWords } from "~/i18n";
import { IconArrowRight, IconPlus, IconTrash } from "~/kit/icons";
import styles from "./models.module.css";

interface Props {
  models: string[];
  value: Record<string, string>;
  onChange: (mapping: Record<string, string>) => void;
}

type Pair = [string, string];

export function MappingEditor({ models, value, onChange }: Props) {
  const { t } = useWords();
  // Rows that are not whole yet have no place in a mapping, so they are kept here.
  const [rows, setRows] = useState<Pair[]>(() => Object.entries(value));
  const [json, setJson] = useState<string | null>(null);
  const set = (next: Pair[]) => {
    setRows(next);
    onChange(Object.fromEntries(next.filter(([from, to]) => from !== "" && to !== "")));
  };
  const change = (index: number, pair: Pair) => set(rows.map((row, at) => (at === index ? pair : row)));
  const toggle = () => {
    setRows(Object.entries(value));
    setJson(json === null ? JSON.stringify(value, null, 2) : null);
  };
  const parsed = json === null ? null : readMapping(json);
  return (
    <div className={styles.map}>
      <div className={styles.mapHead}>
        <div>
          <h3>{t("models.mapping")}</h3>
          <p>{t("models.mappingHint")}</p>
        </div>
        <Button variant="subtle" color="gray" size="compact-sm" onClick={toggle}>
          {json === null ? t("models.asJson") : t("models.asRows")}
        </Button>
      </div>
      {json === null ? (
        <>
          {rows.map(([from, to], index) => (
            <div key={index} className={styles.mapRow}>
              <Autocomplete
                aria-label={t("models.asked")}
                placeholder={t("models.asked")}
                data={models}
                value={from}
                classNames={{ input: "mono" }}
                onChange={(next) => change(index, [next, to])}
              />
              <IconArrowRight size={15} aria-hidden />
              <TextInput
                aria-label={t("models.upstream")}
                placeholder={t("models.upstream")}
                value={to}
                classNames={{ input: "mono" }}
                onChange={(event) => change(index, [from, event.currentTarget.value])}
              />
              <ActionIcon
                aria-label={t("models.removeMapping", { model: from })}
                onClick={() => set(rows.filter((_, at) => at !== index))}
              >
                <IconTrash size={15} />
              </ActionIcon>
            </div>
          ))}
          <div>
            <Button
              variant="default"
              size="compact-md"
              leftSection={<IconPlus size={14} />}
              onClick={() => setRows([...rows, ["", ""]])}
            >
              {t("models.addMapping")}
            </Button>
          </div>
        </>
      ) : (
        <JsonInput
          aria-label={t("models.mapping")}
          autosize
          minRows={4}
          maxRows={14}
          classNames={{ input: "mono" }}
          value={json}
          error={parsed ? null : t("models.badMapping")}
          onChange={(text) => {
            setJson(text);
            const mapping = readMapping(text);
            if (mapping) onChange(mapping);
          }}
        />
      )}
    </div>
  );
}

/** A mapping out of JSON: an object of texts, or nothing. */
export function readMapping(text: string): Record<string, string> | null {
  try {
    const value: unknown = JSON.parse(text.trim() || "{}");
    if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
    return Object.values(value).every((one) => typeof one === "string") ? (value as Record<string, string>) : null;
  } catch {
    return null;
  }
}
