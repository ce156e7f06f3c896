// One model's price. Charges made before keep the price they were made by.
import { Button, Collapse, TextInput, UnstyledButton } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type Api, ApiFailure, api, take } from "~/api/client";
import { useWords } from "~/i18n";
import { useWriteBack, type WriteBack } from "~/kit/edit";
import { Form, Row, useApiForm } from "~/kit/form";
import { typedDollars } from "~/kit/format";
import { IconChevronDown, IconChevronRight } from "~/kit/icons";
import { MoneyField } from "~/kit/MoneyField";
import { Facts } from "~/kit/parts";
import { Confirm } from "~/kit/Side";
import { Failure, Loading, Note } from "~/kit/states";
import { useToast } from "~/kit/toast";
import styles from "./prices.module.css";
import { MAIN, RATES, type RateName, type Rates } from "./rates";

type Price = Api<"PriceView">;

/** With a model: its price, or a first one for it. Without: a price for any model. */
export function PriceForm({ model, close }: { model: string | undefined; close: () => void }) {
  const found = useQuery({
    queryKey: ["prices", "of", model],
    enabled: model !== undefined,
    // A form begins with what is, not with what was when it was last open.
    gcTime: 0,
    queryFn: async () =>
      (await take(api.GET("/api/v1/prices", { params: { query: { model: model ?? "" } } }))).items[0] ?? null,
  });
  if (found.error) return <Failure error={found.error} retry={() => void found.refetch()} />;
  if (model !== undefined && found.data === undefined) return <Loading />;
  return <Fields model={model} stored={found.data ?? undefined} close={close} />;
}

type Values = { model: string; source: string; as_of: string } & Record<RateName, string>;

function Fields({ model, stored, close }: { model: string | undefined; stored: Price | undefined; close: () => void }) {
  const { t, n, find } = useWords();
  const client = useQueryClient();
  const toast = useToast();
  // What is fetched anew while one types is not what one began with.
  const [price] = useState(stored);
  const writeBack = useWriteBack<Price>(price, (row, field) => (field === "source" ? row.source : row.rates[field]));
  const rates = (price?.rates ?? {}) as Rates;
  const [more, { toggle, open }] = useDisclosure(RATES.slice(MAIN).some(([name]) => rates[name] !== undefined));
  const [removing, setRemoving] = useState(false);
  const finish = () => {
    for (const name of ["prices", "unpriced"]) void client.invalidateQueries({ queryKey: [name] });
    toast("good", t("common.saved"));
    close();
  };
  const state = useApiForm<Values, Price>({
    initial: {
      model: model ?? "",
      source: price?.origin === "admin" ? price.source : "",
      as_of: "",
      ...(Object.fromEntries(RATES.map(([name]) => [name, rates[name] ?? ""])) as Record<RateName, string>),
    },
    validate: {
      model: (value) => (value ? null : t("prices.modelNeeded")),
      // A price that names no rate would make the model free, which nobody means by leaving all fields empty.
      input: (_, values) =>
        RATES.some(([name]) => values[name].trim()) || rates.tiers ? null : t("prices.rateNeeded"),
    },
    send: (values) => save(values, rates.tiers, price && writeBack),
    done: finish,
    fieldOf: (param) => param.replace(/^rates\./, ""),
  });
  const { form } = state;
  // A fault in the folded part unfolds it.
  if (!more && RATES.slice(MAIN).some(([name]) => form.errors[name])) open();
  const field = ([name, unit]: (typeof RATES)[number]) => (
    <MoneyField
      key={name}
      label={t(`prices.rates.${name}`)}
      description={t(`prices.units.${unit}`)}
      {...form.getInputProps(name)}
    />
  );
  return (
    <>
      {price && (
        <Facts
          items={[
            [t("prices.origin"), find(`prices.origins.${price.origin}`) ?? price.origin],
            [t("prices.asOf"), price.as_of],
            [t("prices.source"), price.source],
          ]}
        />
      )}
      <div className={styles.form}>
        <Form state={state} submitLabel={t("common.save")} onCancel={close}>
          {model === undefined && (
            <TextInput
              label={t("prices.model")}
              description={t("prices.modelHint")}
              required
              data-autofocus
              classNames={{ input: "mono" }}
              {...form.getInputProps("model")}
            />
          )}
          <Row>{RATES.slice(0, MAIN).map(field)}</Row>
          <UnstyledButton className={styles.more} aria-expanded={more} onClick={toggle}>
            {more ? <IconChevronDown size={14} /> : <IconChevronRight size={14} />} {t("prices.otherRates")}
          </UnstyledButton>
          <Collapse expanded={more} transitionDuration={0}>
            <Row>{RATES.slice(MAIN).map(field)}</Row>
          </Collapse>
          {rates.tiers && <Note tone="info">{n("prices.tiersKept", rates.tiers.length)}</Note>}
          <Row>
            <TextInput
              label={t("prices.source")}
              placeholder={t("prices.sourceHint")}
              {...form.getInputProps("source")}
            />
            <TextInput type="date" label={t("prices.asOf")} {...form.getInputProps("as_of")} />
          </Row>
        </Form>
      </div>
      {price && price.model !== "*" && (
        <Button variant="default" c="var(--bad)" mt={24} onClick={() => setRemoving(true)}>
          {t("prices.remove")}
        </Button>
      )}
      <Confirm
        opened={removing}
        title={t("prices.removeTitle", { model: model ?? "" })}
        action={t("common.delete")}
        onClose={() => setRemoving(false)}
        run={async () => {
          await take(api.DELETE("/api/v1/prices/{price_id}", { params: { path: { price_id: price?.id ?? 0 } } }));
          finish();
        }}
      >
        {t("prices.removeText")}
      </Confirm>
    </>
  );
}

/** A price is written whole: whatever somebody else changed of it meanwhile is in the way. */
async function save(values: Values, tiers: Rates["tiers"], writeBack: WriteBack<Price> | undefined): Promise<Price> {
  const given = RATES.map(([name]) => [name, typedDollars(values[name])] as const).filter(([, usd]) => usd !== "");
  const rates = { ...Object.fromEntries(given), ...(tiers ? { tiers } : {}) } as Api<"RatesIn">;
  const body = {
    model: values.model,
    rates,
    source: values.source || "set by hand",
    ...(values.as_of ? { as_of: values.as_of } : {}),
  };
  const write = (header?: { "if-match": string }) => take(api.PUT("/api/v1/prices", { params: { header }, body }));
  if (!writeBack) return write();
  return writeBack([...RATES.map(([name]) => name), "tiers", "source"], () => current(values.model), write);
}

/** The price as it is now. Throws ApiFailure when it was removed. */
async function current(model: string): Promise<Price> {
  const found = (await take(api.GET("/api/v1/prices", { params: { query: { model } } }))).items[0];
  if (!found) throw new ApiFailure(404, "not_found", "", null, "", null);
  return found;
}
