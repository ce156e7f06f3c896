// The form of step one, for the chosen provider: its key, its address, and "Connect".
import { Autocomplete, Collapse, SegmentedControl, Textarea, UnstyledButton } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Options } from "~/channels/Options";
import { inLanguage, looksLikeUrl, looksRight, type Provider, parseKeys, parseNames } from "~/channels/providers";
import { Resolved } from "~/channels/Resolved";
import { useWords } from "~/i18n";
import { Form, useApiForm } from "~/kit/form";
import { IconChevronDown, IconChevronRight } from "~/kit/icons";
import { Note } from "~/kit/states";
import { type Connected, ConnectFailed, connect } from "./connect";
import { Refused } from "./Refused";
import styles from "./start.module.css";

interface Values {
  keys: string;
  apart: boolean;
  baseUrl: string;
  models: string;
  options: Record<string, string>;
}

export function ConnectForm({
  provider,
  onConnected,
}: {
  provider: Provider;
  onConnected: (connected: Connected) => void;
}) {
  const { t, n, language } = useWords();
  const [more, { toggle }] = useDisclosure(false);
  const title = inLanguage(provider.name, language);
  const state = useApiForm<Values, Connected>({
    initial: { keys: "", apart: false, baseUrl: provider.base_urls[0] ?? "", models: "", options: {} },
    validate: {
      keys: (value) => (provider.key_required && parseKeys(value).length === 0 ? t("start.keyNeeded") : null),
      baseUrl: (value) => (looksLikeUrl(value.trim()) ? null : t("channels.urlNeeded")),
    },
    send: (values) =>
      connect({
        provider,
        title,
        keys: parseKeys(values.keys),
        apart: values.apart,
        // The provider's own address is left to its data, which may change with the next release.
        baseUrl: values.baseUrl.trim() === provider.base_urls[0] ? "" : values.baseUrl.trim(),
        options: values.options,
        models: parseNames(values.models),
      }),
    done: onConnected,
    nested: "options",
    fieldOf: (param) => ({ base_url: "baseUrl", key: "keys" })[param] ?? param,
  });
  const { form } = state;
  const setOptions = (next: Record<string, string>, name: string) => {
    form.setFieldValue("options", next);
    form.clearFieldError(`options.${name}`);
  };
  const keys = parseKeys(form.values.keys);
  const odd = keys.filter((key) => !looksRight(provider, key)).length;
  const refused = state.failure instanceof ConnectFailed ? state.failure : null;
  const optional = provider.fields.filter((field) => !field.required);
  const unfolded = more || optional.some((field) => form.errors[`options.${field.name}`]);
  const needsModels = !provider.lists_models && Object.keys(provider.base_models).length === 0;
  return (
    <div className={styles.form}>
      <h3>{t("start.connectTo", { provider: title })}</h3>
      <Form state={{ ...state, failure: refused ? null : state.failure }} submitLabel={t("start.connectSubmit")}>
        {provider.key_required || provider.docs_url ? (
          <Textarea
            label={t("channels.key")}
            description={inLanguage(provider.key_hint, language)}
            autosize
            minRows={1}
            maxRows={6}
            spellCheck={false}
            autoComplete="off"
            autoFocus
            required={provider.key_required}
            classNames={{ input: "mono" }}
            {...form.getInputProps("keys")}
          />
        ) : (
          <Note tone="info">{t("start.fakeNote")}</Note>
        )}
        {odd > 0 && <Note tone="warn">{n("start.keyOdd", odd, { provider: title })}</Note>}
        {keys.length > 1 && (
          <div>
            <SegmentedControl
              size="sm"
              aria-label={t("start.keysMany", { count: keys.length })}
              value={form.values.apart ? "apart" : "one"}
              onChange={(value) => form.setFieldValue("apart", value === "apart")}
              data={[
                { value: "one", label: t("start.keysOne", { count: keys.length }) },
                { value: "apart", label: t("start.keysApart", { count: keys.length }) },
              ]}
            />
            <p className={styles.keysHint}>{t(form.values.apart ? "start.keysApartHint" : "start.keysOneHint")}</p>
          </div>
        )}
        <div>
          <Autocomplete
            label={t("channels.baseUrl")}
            data={provider.base_urls}
            // All addresses are offered, whatever the field holds.
            filter={({ options }) => options}
            required
            classNames={{ input: "mono" }}
            {...form.getInputProps("baseUrl")}
          />
          <Resolved
            provider={provider}
            channel={{
              provider: provider.id,
              base_url: form.values.baseUrl.trim(),
              key: keys[0] ?? "",
              options: form.values.options,
              model_mapping: {},
            }}
          />
        </div>
        <Options
          provider={provider}
          only="required"
          values={form.values.options}
          onChange={setOptions}
          errors={form.errors}
        />
        {needsModels && <ModelNames {...form.getInputProps("models")} />}
        {(optional.length > 0 || !needsModels) && (
          <div>
            <UnstyledButton className={styles.more} aria-expanded={unfolded} onClick={toggle}>
              {unfolded ? <IconChevronDown size={14} /> : <IconChevronRight size={14} />} {t("start.options")}
            </UnstyledButton>
            <Collapse expanded={unfolded} transitionDuration={0}>
              <div className={styles.options}>
                {!needsModels && <ModelNames {...form.getInputProps("models")} />}
                <Options
                  provider={provider}
                  only="optional"
                  values={form.values.options}
                  onChange={setOptions}
                  errors={form.errors}
                />
              </div>
            </Collapse>
          </div>
        )}
        {refused && <Refused failed={refused} provider={provider} many={keys.length > 1} />}
      </Form>
    </div>
  );
}

function ModelNames(props: { value?: string; onChange?: (event: never) => void }) {
  const { t } = useWords();
  return (
    <Textarea
      label={t("start.modelNames")}
      description={t("start.modelNamesHint")}
      autosize
      minRows={1}
      maxRows={6}
      spellCheck={false}
      classNames={{ input: "mono" }}
      {...(props as object)}
    />
  );
}
