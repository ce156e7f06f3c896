import { Button, NumberInput, Select, Textarea } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import type { ReactNode } from "react";
import { type Key, useWords } from "~/i18n";
import { EFFORTS, type Parameters } from "./parameters";
import styles from "./playground.module.css";

interface Props {
  models: string[];
  model: string;
  choose: (model: string) => void;
  parameters: Parameters;
  set: (change: Partial<Parameters>) => void;
  clear: (() => void) | undefined;
}

export function Settings({ models, model, choose, parameters, set, clear }: Props) {
  const { t } = useWords();
  // A model that came by a link and is no longer served is still said, and refused by the gateway with a reason.
  const offered = model && !models.includes(model) ? [model, ...models] : models;
  const number = (name: "temperature" | "top_p" | "max_tokens", label: Key, bounds: object) => (
    <NumberInput
      label={t(label)}
      placeholder={t("playground.modelDefault")}
      value={parameters[name]}
      onChange={(value) => set({ [name]: value })}
      {...bounds}
    />
  );
  return (
    <div className={styles.side}>
      <Select
        label={t("playground.model")}
        data={offered}
        value={model}
        searchable
        allowDeselect={false}
        onChange={(value) => value && choose(value)}
      />
      <Folded>
        <Textarea
          label={t("playground.system")}
          placeholder={t("playground.systemHint")}
          autosize
          minRows={2}
          maxRows={10}
          value={parameters.system}
          onChange={(event) => set({ system: event.currentTarget.value })}
        />
        <div className={styles.pair}>
          {number("temperature", "playground.temperature", { min: 0, max: 2, step: 0.1 })}
          {number("top_p", "playground.topP", { min: 0, max: 1, step: 0.05 })}
          {number("max_tokens", "playground.maxTokens", { min: 1, allowDecimal: false })}
          <Select
            label={t("playground.effort")}
            placeholder={t("playground.modelDefault")}
            data={EFFORTS.map((value) => ({ value, label: t(`playground.efforts.${value}` as Key) }))}
            value={parameters.effort}
            clearable
            clearButtonProps={{ "aria-label": t("playground.modelDefault") }}
            onChange={(effort) => set({ effort })}
          />
        </div>
        <p className={styles.note}>{t("playground.keyNote")}</p>
      </Folded>
      {clear && (
        <Button variant="default" onClick={clear}>
          {t("playground.clear")}
        </Button>
      )}
    </div>
  );
}

/** On a phone the conversation comes first: what is seldom changed is folded away. */
function Folded({ children }: { children: ReactNode }) {
  const { t } = useWords();
  const narrow = useMediaQuery("(width < 860px)", undefined, { getInitialValueInEffect: false });
  if (!narrow) return children;
  return (
    <details className={styles.folded}>
      <summary>{t("playground.parameters")}</summary>
      <div className={styles.side}>{children}</div>
    </details>
  );
}
