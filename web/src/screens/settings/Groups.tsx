// Groups: which users may use which channels, and at what price multiplier.
import { Button, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type Api, api, take } from "~/api/client";
import { useWords } from "~/i18n";
import { DataTable } from "~/kit/DataTable";
import { useWriteBack } from "~/kit/edit";
import { Form, useApiForm } from "~/kit/form";
import { IconPlus } from "~/kit/icons";
import { Section, When } from "~/kit/parts";
import { Confirm, Side } from "~/kit/Side";
import { Empty } from "~/kit/states";
import { useToast } from "~/kit/toast";

type Group = Api<"GroupView">;

export function Groups() {
  const { t } = useWords();
  const [open, setOpen] = useState<Group | "new" | null>(null);
  const { data, error, refetch } = useQuery({
    queryKey: ["groups", "list"],
    queryFn: () => take(api.GET("/api/v1/groups", { params: { query: { limit: 200, sort: "name" } } })),
  });
  return (
    <Section
      title={t("settings.topics.groups")}
      hint={t("settings.groupsHint")}
      actions={
        <Button leftSection={<IconPlus size={16} />} onClick={() => setOpen("new")}>
          {t("settings.newGroup")}
        </Button>
      }
    >
      <DataTable
        label={t("settings.topics.groups")}
        rows={data?.items}
        error={error}
        retry={() => void refetch()}
        id={(row) => row.id}
        name={(row) => row.name}
        onOpen={setOpen}
        columns={[
          { id: "name", header: t("common.name"), cell: (row) => <strong>{row.name}</strong> },
          {
            id: "multiplier",
            header: t("settings.multiplier"),
            align: "right",
            card: "end",
            cell: (row) => <span className="num">×{row.multiplier}</span>,
          },
          { id: "remark", header: t("common.remark"), grow: true, cell: (row) => row.remark },
          { id: "created", header: t("common.created"), wide: true, cell: (row) => <When ms={row.created_ms} /> },
        ]}
        empty={<Empty title={t("common.none")} />}
      />
      <Side
        title={open === "new" ? t("settings.newGroup") : (open?.name ?? "")}
        opened={open !== null}
        onClose={() => setOpen(null)}
      >
        {open !== null && <GroupForm group={open === "new" ? undefined : open} close={() => setOpen(null)} />}
      </Side>
    </Section>
  );
}

function GroupForm({ group, close }: { group: Group | undefined; close: () => void }) {
  const { t } = useWords();
  const client = useQueryClient();
  const toast = useToast();
  const [removing, setRemoving] = useState(false);
  const finish = () => {
    void client.invalidateQueries({ queryKey: ["groups"] });
    toast("good", t("common.saved"));
    close();
  };
  const params = { path: { group_id: group?.id ?? 0 } };
  const writeBack = useWriteBack<Group>(group);
  const save = (body: ReturnType<typeof changes>) =>
    writeBack(
      Object.keys(body),
      () => take(api.GET("/api/v1/groups/{group_id}", { params })),
      (header) => take(api.PATCH("/api/v1/groups/{group_id}", { params: { ...params, header }, body })),
    );
  const state = useApiForm({
    initial: { name: group?.name ?? "", multiplier: group?.multiplier ?? "1", remark: group?.remark ?? "" },
    validate: {
      name: (value) => (value.trim() ? null : t("users.nameNeeded")),
      multiplier: (value) => (/^\d+(\.\d{1,6})?$/.test(value.trim()) ? null : t("settings.multiplierNeeded")),
    },
    send: ({ name, multiplier, remark }) =>
      group
        ? save(changes(group, multiplier.trim(), remark))
        : take(api.POST("/api/v1/groups", { body: { name: name.trim(), multiplier: multiplier.trim(), remark } })),
    done: finish,
  });
  const { form } = state;
  return (
    <>
      <Form state={state} submitLabel={t("common.save")} onCancel={close}>
        {!group && <TextInput label={t("common.name")} required {...form.getInputProps("name")} />}
        <TextInput
          label={t("settings.multiplier")}
          description={t("settings.multiplierHint")}
          inputMode="decimal"
          {...form.getInputProps("multiplier")}
        />
        <TextInput label={t("common.remark")} {...form.getInputProps("remark")} />
      </Form>
      {group && group.name !== "default" && (
        <Button variant="default" c="var(--bad)" mt={24} onClick={() => setRemoving(true)}>
          {t("common.delete")}
        </Button>
      )}
      <Confirm
        opened={removing}
        title={t("settings.removeGroup", { name: group?.name ?? "" })}
        action={t("common.delete")}
        onClose={() => setRemoving(false)}
        run={async () => {
          await take(api.DELETE("/api/v1/groups/{group_id}", { params }));
          finish();
        }}
      >
        {t("settings.removeGroupText")}
      </Confirm>
    </>
  );
}

/** Only what differs, so that the other field stays as another person may have left it meanwhile. */
function changes(group: Group, multiplier: string, remark: string): Partial<Pick<Group, "multiplier" | "remark">> {
  return {
    ...(multiplier === group.multiplier ? {} : { multiplier }),
    ...(remark === group.remark ? {} : { remark }),
  };
}
