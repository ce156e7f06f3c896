// Which models a channel serves: added from the vendor's list, from the upstream's, or by hand, one or many at a time.
import { ActionIcon, Button, Textarea } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { memo, type ReactNode, useCallback, useRef, useState } from "react";
import { api, take } from "~/api/client";
import { useWords } from "~/i18n";
import { IconX } from "~/kit/icons";
import { Failure } from "~/kit/states";
import { ModelPicker } from "./ModelPicker";
import styles from "./models.module.css";
import { baseModels, type Provider, parseNames, type Unsaved, unique } from "./providers";

interface Props {
  provider: Provider | undefined;
  source: Unsaved;
  value: string[];
  onChange: (models: string[]) => void;
  error?: ReactNode;
}

export function ModelsEditor({ provider, source, value, onChange, error }: Props) {
  const { t, n } = useWords();
  const [typed, setTyped] = useState("");
  const [added, setAdded] = useState<number | null>(null);
  const fetched = useMutation({
    mutationFn: async () =>
      (await take(api.POST("/api/v1/channels/fetch-models", { body: { channel: source } }))).models,
  });
  const add = (models: string[]) => {
    const next = unique([...value, ...models]);
    setAdded(next.length - value.length);
    onChange(next);
  };
  const latest = useRef({ value, onChange });
  latest.current = { value, onChange };
  const remove = useCallback((model: string) => {
    latest.current.onChange(latest.current.value.filter((one) => one !== model));
  }, []);
  const addTyped = () => {
    if (!typed.trim()) return;
    add(parseNames(typed));
    setTyped("");
  };
  const base = provider ? baseModels(provider) : [];
  return (
    <div className={styles.editor}>
      <div className={styles.tools}>
        <Button variant="default" size="compact-md" disabled={base.length === 0} onClick={() => add(base)}>
          {t("models.addBase")}
        </Button>
        <Button
          variant="default"
          size="compact-md"
          disabled={!provider?.lists_models}
          loading={fetched.isPending}
          onClick={() => fetched.mutate()}
        >
          {t("models.fetch")}
        </Button>
        {value.length > 0 && (
          <Button variant="subtle" color="gray" size="compact-md" onClick={() => onChange([])}>
            {t("models.clear")}
          </Button>
        )}
        <span className={styles.count} role="status">
          {n("models.count", value.length)}
          {added !== null && `, ${n("models.added", added)}`}
        </span>
      </div>
      {fetched.isError && <Failure error={fetched.error} />}
      {fetched.data && (
        <ModelPicker offered={fetched.data} chosen={value} onChange={onChange} onClose={() => fetched.reset()} />
      )}
      {value.length > 0 && <Chips models={value} remove={remove} />}
      <div className={styles.custom}>
        <Textarea
          label={t("models.custom")}
          description={t("models.customHint")}
          autosize
          minRows={1}
          maxRows={8}
          spellCheck={false}
          classNames={{ input: "mono" }}
          value={typed}
          error={error}
          onChange={(event) => setTyped(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
            event.preventDefault();
            addTyped();
          }}
          onBlur={addTyped}
        />
        <Button variant="default" onClick={addTyped} disabled={!typed.trim()}>
          {t("models.add")}
        </Button>
      </div>
    </div>
  );
}

/** The chosen models. There may be hundreds: they are drawn when they change, not at every key typed elsewhere. */
const Chips = memo(function Chips({ models, remove }: { models: string[]; remove: (model: string) => void }) {
  const { t } = useWords();
  return (
    <ul className={styles.chips} aria-label={t("models.label")}>
      {models.map((model) => (
        <li key={model} className={styles.chip}>
          <span title={model}>{model}</span>
          <ActionIcon size={18} aria-label={t("models.remove", { model })} onClick={() => remove(model)}>
            <IconX size={12} />
          </ActionIcon>
        </li>
      ))}
    </ul>
  );
});
