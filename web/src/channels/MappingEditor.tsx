// What a model is called upstream, where that differs from what clients ask for. As rows, or as JSON.
import { ActionIcon, Autocomplete, Button, Input, JsonInput, TextInput } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { useWords } from "~/i18n";
import { IconArrowRight, IconPlus, IconTrash } from "~/kit/icons";
import styles from "./models.module.css";

interface Props {
  models: string[];
  value: Record<string, string>;
  /** With what keeps the editor's content from being a mapping, which is then the last one that was whole. */
  onChange: (mapping: Record<string, string>, fault: string | null) => void;
  error?: ReactNode;
}

type Pair = [string, string];

export function MappingEditor({ models, value, onChange, error }: Props) {
  const { t } = useWords();
  // Rows that are not whole yet have no place in a mapping, so they are kept here.
  const [rows, setRows] = useState<Pair[]>(() => Object.entries(value));
  const [json, setJson] = useState<string | null>(null);
  const set = (next: Pair[]) => {
    setRows(next);
    const whole = next.filter(([from, to]) => from !== "" && to !== "");
    const mapping = Object.fromEntries(whole);
    const half = next.some(([from, to]) => (from === "") !== (to === ""));
    const twice = whole.length > Object.keys(mapping).length;
    onChange(mapping, half ? t("models.halfMapping") : twice ? t("models.twiceMapped") : null);
  };
  const change = (index: number, pair: Pair) => set(rows.map((row, at) => (at === index ? pair : row)));
  const toggle = () => {
    // What cannot be read is not thrown away: the fault is said below it.
    if (json !== null && readMapping(json) === null) return;
    setRows(Object.entries(value));
    setJson(json === null ? JSON.stringify(value, null, 2) : null);
    onChange(value, null);
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
                error={Boolean(error) && from === "" && to !== ""}
                classNames={{ input: "mono" }}
                onChange={(next) => change(index, [next, to])}
              />
              <IconArrowRight size={15} aria-hidden />
              <TextInput
                aria-label={t("models.upstream")}
                placeholder={t("models.upstream")}
                value={to}
                error={Boolean(error) && to === "" && from !== ""}
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
          {error && <Input.Error>{error}</Input.Error>}
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
          error={parsed ? error : t("models.badMapping")}
          onChange={(text) => {
            setJson(text);
            const mapping = readMapping(text);
            onChange(mapping ?? value, mapping ? null : t("models.badMapping"));
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
