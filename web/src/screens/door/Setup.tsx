// The end of the one-time link: `/setup#secret`. The secret stays in the fragment, which no server sees.
import { PasswordInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { Link, useRouter } from "@tanstack/react-router";
import { useState } from "react";
import { ApiFailure, api, take } from "~/api/client";
import { begin } from "~/app/session";
import { useWords } from "~/i18n";
import { Form, useApiForm } from "~/kit/form";
import { Note } from "~/kit/states";
import { Door } from "./Door";

const SHORTEST = 8;

export default function Setup() {
  const { t } = useWords();
  const client = useQueryClient();
  const router = useRouter();
  const [token] = useState(() => window.location.hash.slice(1));
  const state = useApiForm({
    fleeting: true,
    initial: { password: "", again: "" },
    validate: {
      password: (value) => (value.length < SHORTEST ? t("door.tooShort", { least: SHORTEST }) : null),
      again: (value, values) => (value === values.password ? null : t("door.notSame")),
    },
    send: ({ password }) => take(api.POST("/api/v1/session/setup", { body: { token, password } })),
    done: (session) => {
      begin(client, session);
      router.history.replace("/");
    },
  });
  const { form } = state;
  const spent = state.failure instanceof ApiFailure && state.failure.code === "link_used_up";
  if (!token || spent) {
    return (
      <Door title={t("door.linkSpent")} hint={t("door.linkSpentHint")}>
        <p>
          <code>sluice user link root</code>
        </p>
        <Link to="/sign-in">{t("door.signIn")}</Link>
      </Door>
    );
  }
  return (
    <Door title={t("door.choose")} hint={t("door.chooseHint")}>
      <Form state={state} submitLabel={t("door.chooseSubmit")}>
        <PasswordInput
          label={t("door.newPassword")}
          description={t("door.tooShort", { least: SHORTEST })}
          autoComplete="new-password"
          autoFocus
          visibilityToggleButtonProps={{ "aria-label": t("door.show") }}
          {...form.getInputProps("password")}
        />
        <PasswordInput
          label={t("door.again")}
          autoComplete="new-password"
          visibilityToggleButtonProps={{ "aria-label": t("door.show") }}
          {...form.getInputProps("again")}
        />
        <Note tone="info">{t("door.setupNote")}</Note>
      </Form>
    </Door>
  );
}
