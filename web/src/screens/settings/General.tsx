// The gateway's settings, drawn from its own list of them: each with its meaning, its bounds and its default.
import { NumberInput, Switch, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type Api, api, take } from "~/api/client";
import { atLeast, useSession } from "~/app/session";
import { useWords } from "~/i18n";
import { useWriteBack } from "~/kit/edit";
import { Form, useApiForm } from "~/kit/form";
import { Failure, Loading, Note } from "~/kit/states";
import { useToast } from "~/kit/toast";
import styles from "./settings.module.css";

type Setting = Api<"SettingView">;
type Settings = Api<"SettingList">;
type Values = Record<string, boolean | number | string>;

const read = () => take(api.GET("/api/v1/settings"));

export function General() {
  const { data, error, refetch } = useQuery({
    queryKey: ["settings", "form"],
    // A form begins with what is, not with what was when it was last open.
    gcTime: 0,
    queryFn: read,
  });
  if (error) return <Failure error={error} retry={() => void refetch()} />;
  if (!data) return <Loading />;
  return <Fields fetched={data} />;
}

function valuesOf(settings: Setting[]): Values {
  return Object.fromEntries(settings.map((one) => [one.key, one.value]));
}

function Fields({ fetched }: { fetched: Settings }) {
  const { t, find } = useWords();
  const client = useQueryClient();
  const toast = useToast();
  const root = atLeast(useSession(), "root");
  // What is fetched anew while one types is not what one changed.
  const [began] = useState(fetched);
  const [settings, setSettings] = useState(began.items);
  const writeBack = useWriteBack<Settings>(began, ({ items }, key) => items.find((one) => one.key === key)?.value);
  const state = useApiForm<Values, Settings["items"]>({
    initial: valuesOf(settings),
    send: async (values) => {
      const changed = settings.filter((one) => values[one.key] !== one.value);
      // Nothing was changed: nothing is sent, and all is as wished.
      if (changed.length === 0) return settings;
      const body = { values: Object.fromEntries(changed.map((one) => [one.key, values[one.key] ?? one.default])) };
      const write = (header: { "if-match": string }) =>
        take(api.PATCH("/api/v1/settings", { params: { header }, body }));
      return (await writeBack(Object.keys(body.values), read, write)).items;
    },
    done: (saved) => {
      setSettings(saved);
      // What others changed of the rest is shown, and not taken for a change of one's own.
      state.form.setValues(valuesOf(saved));
      state.form.resetDirty(valuesOf(saved));
      client.setQueryData(["settings"], saved);
      toast("good", t("common.saved"));
    },
    fieldOf: (param) => param.replace(/^values\./, ""),
  });
  const { form } = state;
  const field = (setting: Setting) => {
    const shared = {
      label: find(`settings.names.${setting.key}`) ?? setting.key,
      description: find(`settings.about.${setting.key}`) ?? setting.about,
      disabled: !root,
    };
    if (typeof setting.default === "boolean") {
      return <Switch key={setting.key} {...shared} {...form.getInputProps(setting.key, { type: "checkbox" })} />;
    }
    if (typeof setting.default === "number") {
      const bounds = { min: setting.least ?? 0, max: setting.most ?? Number.MAX_SAFE_INTEGER };
      return (
        <NumberInput
          key={setting.key}
          {...shared}
          {...bounds}
          allowDecimal={false}
          {...form.getInputProps(setting.key)}
        />
      );
    }
    return <TextInput key={setting.key} {...shared} {...form.getInputProps(setting.key)} />;
  };
  return (
    <div className={styles.narrow}>
      {!root && (
        <div className={styles.note}>
          <Note tone="info">{t("settings.rootOnly")}</Note>
        </div>
      )}
      <Form state={state} submitLabel={t("common.save")}>
        {settings.map(field)}
      </Form>
    </div>
  );
}
