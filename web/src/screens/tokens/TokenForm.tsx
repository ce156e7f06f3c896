// A token's form. Only a name is needed; limits are there for those who want them.
import { Collapse, NumberInput, Select, Switch, TagsInput, Textarea, TextInput, UnstyledButton } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type Api, api, take } from "~/api/client";
import { atLeast, useSession } from "~/app/session";
import { parseNames } from "~/channels/providers";
import { useWords } from "~/i18n";
import { useWriteBack } from "~/kit/edit";
import { Form, useApiForm } from "~/kit/form";
import { IconChevronDown, IconChevronRight } from "~/kit/icons";
import { MoneyField } from "~/kit/MoneyField";
import styles from "./tokens.module.css";
import { saveToken, startValues, type Token, type TokenValues } from "./values";

interface Props {
  token?: Token;
  done: (saved: Token | Api<"CreatedToken">) => void;
  cancel: () => void;
}

export function TokenForm({ token, done, cancel }: Props) {
  const { t } = useWords();
  const client = useQueryClient();
  const admin = atLeast(useSession(), "admin");
  const [more, { toggle, open }] = useDisclosure(token !== undefined);
  // What is fetched anew while one types is not what one changed.
  const [began] = useState(token);
  const writeBack = useWriteBack<Token>(began);
  const state = useApiForm<TokenValues, Token>({
    initial: startValues(began),
    validate: { name: (value) => (value.trim() ? null : t("tokens.nameNeeded")) },
    send: (values) => saveToken(began, values, writeBack),
    done: (saved) => {
      void client.invalidateQueries({ queryKey: ["tokens"] });
      done(saved);
    },
    fieldOf: (param) => (param === "expires_ms" ? "expires" : param),
  });
  const { form } = state;
  // A fault in the folded part unfolds it.
  if (!more && Object.keys(form.errors).some((field) => field !== "name")) open();
  const models = useQuery({ queryKey: ["models"], queryFn: async () => (await take(api.GET("/api/v1/models"))).items });
  return (
    <Form state={state} submitLabel={token ? t("common.save") : t("common.create")} onCancel={cancel}>
      <TextInput label={t("common.name")} required data-autofocus {...form.getInputProps("name")} />
      <UnstyledButton className={styles.more} aria-expanded={more} onClick={toggle}>
        {more ? <IconChevronDown size={14} /> : <IconChevronRight size={14} />} {t("tokens.limits")}
      </UnstyledButton>
      <Collapse expanded={more} transitionDuration={0}>
        <div className={styles.fields}>
          <MoneyField
            label={t("tokens.limit")}
            description={t("tokens.limitHint")}
            placeholder={t("tokens.noLimit")}
            {...form.getInputProps("limit_usd")}
          />
          <TagsInput
            label={t("tokens.models")}
            description={t("tokens.modelsHint")}
            placeholder={form.values.models.length === 0 ? t("tokens.everyModel") : ""}
            data={models.data ?? []}
            splitChars={[",", "\n"]}
            {...form.getInputProps("models")}
          />
          <TextInput
            type="datetime-local"
            label={t("tokens.expires")}
            description={t("tokens.expiresHint")}
            {...form.getInputProps("expires")}
          />
          <NumberInput
            label={t("tokens.rate")}
            min={1}
            allowDecimal={false}
            placeholder={t("tokens.noLimit")}
            {...form.getInputProps("requests_per_minute")}
          />
          <Textarea
            label={t("tokens.addresses")}
            description={t("tokens.addressesHint")}
            autosize
            minRows={1}
            spellCheck={false}
            classNames={{ input: "mono" }}
            {...form.getInputProps("addresses")}
            onBlur={() => form.setFieldValue("addresses", parseNames(form.values.addresses).join("\n"))}
          />
          <Switch
            label={t("tokens.usage")}
            description={t("tokens.usageHint")}
            {...form.getInputProps("always_usage", { type: "checkbox" })}
          />
          {!token && admin && (
            <Select
              label={t("tokens.scope")}
              description={t("tokens.scopeHint")}
              allowDeselect={false}
              data={[
                { value: "relay", label: t("tokens.relay") },
                { value: "management", label: t("tokens.management") },
              ]}
              {...form.getInputProps("scope")}
            />
          )}
        </div>
      </Collapse>
    </Form>
  );
}
