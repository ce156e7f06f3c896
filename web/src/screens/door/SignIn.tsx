import { PasswordInput, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useRouter } from "@tanstack/react-router";
import { api, take } from "~/api/client";
import { begin } from "~/app/session";
import { useWords } from "~/i18n";
import { Form, useApiForm } from "~/kit/form";
import { Door } from "./Door";
import { within } from "./within";

const route = getRouteApi("/sign-in");

export default function SignIn() {
  const { t } = useWords();
  const client = useQueryClient();
  const router = useRouter();
  const { next } = route.useSearch();
  const state = useApiForm({
    fleeting: true,
    initial: { name: "", password: "" },
    validate: {
      name: (value) => (value ? null : t("door.nameNeeded")),
      password: (value) => (value ? null : t("door.passwordNeeded")),
    },
    send: (body) => take(api.POST("/api/v1/session", { body })),
    done: (session) => {
      begin(client, session);
      router.history.replace(within(next));
    },
  });
  const { form } = state;
  return (
    <Door title={t("door.signIn")}>
      <Form state={state} submitLabel={t("door.signIn")}>
        <TextInput label={t("door.name")} autoComplete="username" autoFocus {...form.getInputProps("name")} />
        <PasswordInput
          label={t("door.password")}
          autoComplete="current-password"
          visibilityToggleButtonProps={{ "aria-label": t("door.show") }}
          {...form.getInputProps("password")}
        />
      </Form>
    </Door>
  );
}
