// A channel's form: what every channel has, and what only its provider has.
import { Autocomplete, MultiSelect, NumberInput, Select, Switch, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { api, take } from "~/api/client";
import { MappingEditor } from "~/channels/MappingEditor";
import { ModelsEditor } from "~/channels/ModelsEditor";
import { Options } from "~/channels/Options";
import { inLanguage, type Provider, providersQuery } from "~/channels/providers";
import { Resolved } from "~/channels/Resolved";
import { useWords } from "~/i18n";
import { useWriteBack } from "~/kit/edit";
import { Form, Group, Row, useApiForm } from "~/kit/form";
import { Loading, Note } from "~/kit/states";
import { useToast } from "~/kit/toast";
import { Keys } from "./Keys";
import { changes, part, save, startValues, unsavedOf, type Values } from "./values";
import { type Channel, useRefresh } from "./work";

interface Props {
  channel?: Channel;
  done: (saved: Channel) => void;
  cancel: () => void;
  extra?: ReactNode;
}

export function ChannelForm({ channel, done, cancel, extra }: Props) {
  const { t, language } = useWords();
  const { data: providers } = useQuery(providersQuery);
  const refresh = useRefresh();
  const toast = useToast();
  // What is fetched anew while one types (another person's change, a key's state) is not what one changed.
  const [began] = useState(channel);
  const writeBack = useWriteBack(began, part);
  const [mappingFault, setMappingFault] = useState<string | null>(null);
  const state = useApiForm<Values, Channel>({
    initial: startValues(began),
    validate: {
      name: (value) => (value.trim() ? null : t("channels.nameNeeded")),
      provider: (value) => (value ? null : t("channels.providerNeeded")),
      key: (value, values) => (keyNeeded(values.provider) && value.trim() === "" ? t("start.keyNeeded") : null),
      base_url: (value, values) => (urlNeeded(values.provider) && value.trim() === "" ? t("channels.urlNeeded") : null),
      model_mapping: () => mappingFault,
    },
    nested: "options",
    send: (values) => save(began, values, writeBack),
    done: (saved) => {
      refresh();
      toast("good", t("common.saved"));
      done(saved);
    },
  });
  const { form } = state;
  const known = (id: string) => providers?.find((one) => one.id === id);
  const keyNeeded = (id: string) => !channel && Boolean(known(id)?.key_required);
  const urlNeeded = (id: string) => known(id)?.base_urls.length === 0;
  const provider = providers?.find((one) => one.id === form.values.provider);
  if (!providers) return <Loading />;
  const choose = (id: string) => {
    const next = providers.find((one) => one.id === id);
    form.setValues({
      provider: id,
      options: {},
      base_url: "",
      ...(form.values.name ? {} : { name: next ? inLanguage(next.name, language) : "" }),
    });
  };
  return (
    <Form
      state={state}
      submitLabel={channel ? t("common.save") : t("common.create")}
      onCancel={cancel}
      extra={extra}
      long
    >
      <Row>
        <Select
          label={t("channels.provider")}
          data={providers.map((one) => ({ value: one.id, label: inLanguage(one.name, language) }))}
          searchable
          allowDeselect={false}
          required
          autoFocus={!channel}
          openOnFocus={false}
          {...form.getInputProps("provider")}
          onChange={(value) => value && choose(value)}
        />
        <TextInput label={t("common.name")} required {...form.getInputProps("name")} />
      </Row>
      {provider && <Account provider={provider} channel={channel} form={form} />}
      <Group title={t("channels.models")} hint={t("channels.modelsHint")}>
        <ModelsEditor
          provider={provider}
          source={unsavedOf(channel, form.values)}
          value={form.values.models}
          onChange={(models) => form.setFieldValue("models", models)}
          error={form.errors.models}
        />
        <MappingEditor
          models={form.values.models}
          value={form.values.model_mapping}
          onChange={(mapping, fault) => {
            form.setFieldValue("model_mapping", mapping);
            setMappingFault(fault);
          }}
          error={form.errors.model_mapping}
        />
      </Group>
      <Routing form={form} />
      <Group title={t("channels.rest")}>
        <TextInput
          label={t("channels.proxy")}
          description={t("channels.proxyHint")}
          placeholder="socks5h://127.0.0.1:1080"
          classNames={{ input: "mono" }}
          {...form.getInputProps("proxy_url")}
        />
        <TextInput label={t("common.remark")} {...form.getInputProps("remark")} />
        <Switch label={t("channels.isEnabled")} {...form.getInputProps("enabled", { type: "checkbox" })} />
      </Group>
      {began && Object.keys(changes(began, form.values)).length === 0 && (
        <Note tone="info">{t("channels.unchanged")}</Note>
      )}
    </Form>
  );
}

type FormOf = ReturnType<typeof useApiForm<Values, Channel>>["form"];

function Account({ provider, channel, form }: { provider: Provider; channel: Channel | undefined; form: FormOf }) {
  const { t } = useWords();
  const { options } = form.values;
  const setOptions = (next: Record<string, string>, name: string) => {
    form.setFieldValue("options", next);
    form.clearFieldError(`options.${name}`);
  };
  return (
    <>
      <Keys
        provider={provider}
        channel={channel}
        values={form.values}
        onChange={(change) => form.setValues(change)}
        error={form.errors.key ?? form.errors.keys}
      />
      <div>
        <Autocomplete
          label={t("channels.baseUrl")}
          description={provider.base_urls.length > 0 ? t("channels.baseUrlHint") : undefined}
          placeholder={provider.base_urls[0] ?? "https://"}
          data={provider.base_urls}
          filter={({ options: all }) => all}
          required={provider.base_urls.length === 0}
          classNames={{ input: "mono" }}
          {...form.getInputProps("base_url")}
        />
        <Resolved provider={provider} channel={unsavedOf(channel, form.values)} />
      </div>
      <Options provider={provider} values={options} onChange={setOptions} errors={form.errors} />
    </>
  );
}

function Routing({ form }: { form: FormOf }) {
  const { t } = useWords();
  const groups = useQuery({
    queryKey: ["groups", "names"],
    queryFn: async () =>
      (await take(api.GET("/api/v1/groups", { params: { query: { limit: 200, sort: "name" } } }))).items,
  });
  return (
    <Group title={t("channels.routing")} hint={t("channels.routingHint")}>
      <Row>
        <NumberInput label={t("channels.priority")} allowDecimal={false} {...form.getInputProps("priority")} />
        <NumberInput label={t("channels.weight")} allowDecimal={false} min={1} {...form.getInputProps("weight")} />
      </Row>
      <MultiSelect
        label={t("channels.groups")}
        data={groups.data?.map((group) => group.name) ?? form.values.groups}
        {...form.getInputProps("groups")}
      />
    </Group>
  );
}
