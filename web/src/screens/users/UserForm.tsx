// A user's form. Money is edited by itself, with a reason: see Balance.
import { PasswordInput, Select, Switch, Textarea, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type Api, api, take } from "~/api/client";
import { atLeast, useSession } from "~/app/session";
import { useWords } from "~/i18n";
import { useWriteBack, type WriteBack } from "~/kit/edit";
import { Form, Row, useApiForm } from "~/kit/form";
import { typedDollars } from "~/kit/format";
import { MoneyField } from "~/kit/MoneyField";

type User = Api<"UserView">;

interface Values {
  name: string;
  password: string;
  role: User["role"];
  group: string;
  balance_usd: string;
  remark: string;
  enabled: boolean;
}

export function UserForm({ user, done, cancel }: { user?: User; done: (saved: User) => void; cancel: () => void }) {
  const { t } = useWords();
  const client = useQueryClient();
  const session = useSession();
  const self = user?.id === session.user.id;
  // What is fetched anew while one types is not what one changed.
  const [began] = useState(user);
  const writeBack = useWriteBack<User>(began);
  const groups = useQuery({
    queryKey: ["groups", "names"],
    queryFn: async () =>
      (await take(api.GET("/api/v1/groups", { params: { query: { limit: 200, sort: "name" } } }))).items,
  });
  const state = useApiForm<Values, User>({
    initial: {
      name: user?.name ?? "",
      password: "",
      role: user?.role ?? "user",
      group: user?.group ?? "default",
      balance_usd: "",
      remark: user?.remark ?? "",
      enabled: user ? user.status === "enabled" : true,
    },
    validate: { name: (value) => (value.trim() ? null : t("users.nameNeeded")) },
    send: (values) => save(began, values, writeBack),
    done: (saved) => {
      void client.invalidateQueries({ queryKey: ["users"] });
      if (self) void client.invalidateQueries({ queryKey: ["session"] });
      done(saved);
    },
  });
  const { form } = state;
  return (
    <Form state={state} submitLabel={user ? t("common.save") : t("common.create")} onCancel={cancel}>
      <TextInput
        label={t("common.name")}
        required
        autoComplete="off"
        data-autofocus={user ? undefined : true}
        {...form.getInputProps("name")}
      />
      {!self && (
        <PasswordInput
          label={t("door.password")}
          description={user ? t("users.passwordKept") : t("users.passwordHint")}
          autoComplete="new-password"
          visibilityToggleButtonProps={{ "aria-label": t("door.show") }}
          {...form.getInputProps("password")}
        />
      )}
      {!user && <MoneyField label={t("users.balance")} placeholder="0.00" {...form.getInputProps("balance_usd")} />}
      <Row>
        <Select
          label={t("users.role")}
          allowDeselect={false}
          disabled={!atLeast(session, "root") || self}
          data={(["user", "admin", "root"] as const).map((role) => ({ value: role, label: t(`users.roles.${role}`) }))}
          {...form.getInputProps("role")}
        />
        <Select
          label={t("users.group")}
          allowDeselect={false}
          data={groups.data?.map((group) => group.name) ?? [form.values.group]}
          {...form.getInputProps("group")}
        />
      </Row>
      <Textarea label={t("common.remark")} autosize {...form.getInputProps("remark")} />
      {!self && <Switch label={t("common.enabled")} {...form.getInputProps("enabled", { type: "checkbox" })} />}
    </Form>
  );
}

/** Creates the user, or writes back what was changed: fields left alone are not sent. */
function save(user: User | undefined, values: Values, writeBack: WriteBack<User>): Promise<User> {
  const { password, balance_usd, enabled, ...rest } = values;
  const status: User["status"] = enabled ? "enabled" : "disabled";
  const wanted = { ...rest, name: values.name.trim(), status };
  if (!user) {
    const body = { ...wanted, password: password || null, balance_usd: typedDollars(balance_usd) || "0" };
    return take(api.POST("/api/v1/users", { body }));
  }
  const stored = user as unknown as Record<string, unknown>;
  const changed = Object.fromEntries(Object.entries(wanted).filter(([name, value]) => stored[name] !== value));
  const body = { ...changed, ...(password ? { password } : {}) };
  const path = { user_id: user.id };
  return writeBack(
    Object.keys(body),
    () => take(api.GET("/api/v1/users/{user_id}", { params: { path } })),
    (header) => take(api.PATCH("/api/v1/users/{user_id}", { params: { path, header }, body })),
  );
}
