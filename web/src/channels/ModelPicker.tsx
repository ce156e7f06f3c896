// What an upstream offers, by family, to choose from.
import { Button, Checkbox, TextInput } from "@mantine/core";
import { useState } from "react";
import { useWords } from "~/i18n";
import styles from "./models.module.css";
import { unique } from "./providers";

interface Props {
  offered: string[];
  chosen: string[];
  onChange: (models: string[]) => void;
  onClose: () => void;
}

export function ModelPicker({ offered, chosen, onChange, onClose }: Props) {
  const { t } = useWords();
  const [search, setSearch] = useState("");
  const wanted = search.trim().toLowerCase();
  const shown = offered.filter((model) => model.toLowerCase().includes(wanted));
  const has = new Set(chosen);
  const set = (models: string[], on: boolean) => {
    const gone = new Set(models);
    onChange(on ? unique([...chosen, ...models]) : chosen.filter((model) => !gone.has(model)));
  };
  return (
    <div className={styles.picker}>
      <div className={styles.pickerHead}>
        <TextInput
          aria-label={t("models.search")}
          placeholder={t("models.search")}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
        <Button variant="default" onClick={() => set(shown, true)}>
          {t("models.selectShown", { count: shown.length })}
        </Button>
        <Button variant="subtle" color="gray" onClick={onClose}>
          {t("common.done")}
        </Button>
      </div>
      <div className={styles.families}>
        {families(shown).map(([family, models]) => {
          const on = models.filter((model) => has.has(model)).length;
          return (
            <fieldset key={family} className={styles.family}>
              <legend>
                <Checkbox
                  size="xs"
                  label={`${family} (${on}/${models.length})`}
                  checked={on === models.length}
                  indeterminate={on > 0 && on < models.length}
                  onChange={(event) => set(models, event.currentTarget.checked)}
                />
              </legend>
              {models.map((model) => (
                <Checkbox
                  key={model}
                  size="xs"
                  label={model}
                  classNames={{ label: "mono" }}
                  checked={has.has(model)}
                  onChange={(event) => set([model], event.currentTarget.checked)}
                />
              ))}
            </fieldset>
          );
        })}
        {shown.length === 0 && <p>{t("models.noneFound")}</p>}
      </div>
    </div>
  );
}

/** "Qwen/Qwen3-8B" and "gpt-4o-mini" belong to "Qwen" and "gpt-4o": the maker, or the first two words of the name. */
export function familyOf(model: string): string {
  const slash = model.indexOf("/");
  if (slash > 0) return model.slice(0, slash);
  const words = model.split(/[-_:.]/);
  return words[0] && words[0].length > 3 ? words[0] : words.slice(0, 2).join("-");
}

function families(models: string[]): [string, string[]][] {
  const found = new Map<string, string[]>();
  for (const model of models) {
    const family = familyOf(model);
    found.set(family, [...(found.get(family) ?? []), model]);
  }
  return [...found].sort(([a], [b]) => a.localeCompare(b));
}
