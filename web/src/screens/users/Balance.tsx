// A user's money: set it or add to it, with a reason, and see every movement. It counts at once.
import { SegmentedControl, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { type Api, api, take } from "~/api/client";
import { useWords } from "~/i18n";
import { DataTable } from "~/kit/DataTable";
import { Form, useApiForm } from "~/kit/form";
import { typedDollars } from "~/kit/format";
import { MoneyField } from "~/kit/MoneyField";
import { Money, Section, When } from "~/kit/parts";
import { Empty } from "~/kit/states";
import { useToast } from "~/kit/toast";
import styles from "./users.module.css";

type User = Api<"UserView">;

interface Values {
  how: "set" | "add";
  amount: string;
  remark: string;
}

/** `typed` is told whether it holds what is not saved. */
export function Balance({ user, typed }: { user: User; typed: (unsaved: boolean) => void }) {
  const { t } = useWords();
  const client = useQueryClient();
  const toast = useToast();
  const params = { path: { user_id: user.id } };
  const state = useApiForm<Values, User>({
    initial: { how: "set", amount: "", remark: "" },
    again: true,
    validate: { amount: (value) => (/^-?\d+(\.\d{1,9})?$/.test(typedDollars(value)) ? null : t("users.amountNeeded")) },
    send: ({ how, amount, remark }) => {
      const usd = typedDollars(amount);
      return how === "set"
        ? take(api.PUT("/api/v1/users/{user_id}/balance", { params, body: { balance_usd: usd, remark } }))
        : take(api.POST("/api/v1/users/{user_id}/balance/adjust", { params, body: { amount_usd: usd, remark } }));
    },
    done: (saved) => {
      client.setQueryData(["users", user.id], saved);
      for (const name of ["users", "entries", "session"]) void client.invalidateQueries({ queryKey: [name] });
      toast("good", t("users.balanceSaved"));
    },
    fieldOf: (param) => ({ balance_usd: "amount", amount_usd: "amount" })[param] ?? param,
  });
  const { form } = state;
  const unsaved = form.isDirty();
  useEffect(() => typed(unsaved), [typed, unsaved]);
  return (
    <>
      <Form state={state} submitLabel={form.values.how === "set" ? t("users.setBalance") : t("users.addBalance")}>
        <SegmentedControl
          size="sm"
          aria-label={t("users.how")}
          data={[
            { value: "set", label: t("users.setTo") },
            { value: "add", label: t("users.add") },
          ]}
          {...form.getInputProps("how")}
        />
        <MoneyField
          label={t("users.amount")}
          description={form.values.how === "add" ? t("users.addHint") : undefined}
          placeholder={user.balance_usd}
          {...form.getInputProps("amount")}
        />
        <TextInput label={t("common.remark")} description={t("users.remarkHint")} {...form.getInputProps("remark")} />
      </Form>
      <div className={styles.entries}>
        <Entries user={user} />
      </div>
    </>
  );
}

function Entries({ user }: { user: User }) {
  const { t, n, find } = useWords();
  const { data, error, refetch } = useQuery({
    queryKey: ["entries", user.id],
    queryFn: () =>
      take(
        api.GET("/api/v1/users/{user_id}/entries", {
          params: { path: { user_id: user.id }, query: { limit: 50, sort: "-id" } },
        }),
      ),
  });
  return (
    <Section title={t("users.entries")}>
      <DataTable
        label={t("users.entries")}
        rows={data?.items}
        error={error}
        retry={() => void refetch()}
        id={(row) => row.id}
        name={(row) => String(row.id)}
        columns={[
          { id: "when", header: t("users.when"), cell: (row) => <When ms={row.created_ms} /> },
          {
            id: "kind",
            header: t("users.kind"),
            card: "end",
            cell: (row) => find(`users.kinds.${row.kind}`) ?? row.kind,
          },
          { id: "amount", header: t("users.amount"), align: "right", cell: (row) => <Money usd={row.amount_usd} /> },
          {
            id: "remark",
            card: "end",
            header: t("common.remark"),
            grow: true,
            cell: (row) => (row.requests ? n("users.chargedRequests", row.requests) : row.remark),
          },
        ]}
        empty={<Empty title={t("users.noEntries")} />}
      />
    </Section>
  );
}
