import { PasswordInput } from "@mantine/core";
import { api, take } from "~/api/client";
import { useSession } from "~/app/session";
import { useWords } from "~/i18n";
import { Form, useApiForm } from "~/kit/form";
import { Facts, Money, Section } from "~/kit/parts";
import { useToast } from "~/kit/toast";
import styles from "./settings.module.css";

const SHORTEST = 8;

export function Account() {
  const { t } = useWords();
  const { user } = useSession();
  return (
    <div className={styles.narrow}>
      <Section title={user.name}>
        <Facts
          items={[
            [t("users.role"), t(`users.roles.${user.role}`)],
            [t("users.group"), user.group],
            [t("users.balance"), <Money key="balance" usd={user.balance_usd} />],
            [t("users.spent"), <Money key="spent" usd={user.spent_usd} />],
          ]}
        />
      </Section>
      <Section title={t("settings.password")} hint={t("settings.passwordHint")}>
        <Password />
      </Section>
    </div>
  );
}

function Password() {
  const { t } = useWords();
  const toast = useToast();
  const state = useApiForm({
    initial: { current_password: "", password: "", again: "" },
    validate: {
      current_password: (value) => (value ? null : t("door.passwordNeeded")),
      password: (value) => (value.length < SHORTEST ? t("door.tooShort", { least: SHORTEST }) : null),
      again: (value, values) => (value === values.password ? null : t("door.notSame")),
    },
    send: ({ current_password, password }) =>
      take(api.PUT("/api/v1/session/password", { body: { current_password, password } })),
    again: true,
    done: () => toast("good", t("settings.passwordSaved")),
  });
  const { form } = state;
  const toggle = { "aria-label": t("door.show") };
  return (
    <Form state={state} submitLabel={t("settings.passwordSubmit")}>
      <PasswordInput
        label={t("settings.currentPassword")}
        autoComplete="current-password"
        visibilityToggleButtonProps={toggle}
        {...form.getInputProps("current_password")}
      />
      <PasswordInput
        label={t("door.newPassword")}
        autoComplete="new-password"
        visibilityToggleButtonProps={toggle}
        {...form.getInputProps("password")}
      />
      <PasswordInput
        label={t("door.again")}
        autoComplete="new-password"
        visibilityToggleButtonProps={toggle}
        {...form.getInputProps("again")}
      />
    </Form>
  );
}
