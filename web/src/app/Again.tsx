// The session ended under unsaved work: the password once more, and the page goes on as it was.
import { Button, Modal, PasswordInput, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { api, take } from "~/api/client";
import { useWords } from "~/i18n";
import { Form, useApiForm } from "~/kit/form";
import sheet from "~/kit/form.module.css";
import { useLayer } from "~/kit/layers";
import { depart, goOn, type Session } from "./session";

export default function Again({ session, close }: { session: Session; close: () => void }) {
  const { t } = useWords();
  useLayer(true);
  return (
    <Modal
      opened
      onClose={() => {}}
      withCloseButton={false}
      closeOnClickOutside={false}
      closeOnEscape={false}
      zIndex={400}
      title={t("shell.again")}
      classNames={{ title: sheet.sideTitle }}
    >
      <Password session={session} close={close} />
    </Modal>
  );
}

function Password({ session, close }: { session: Session; close: () => void }) {
  const { t } = useWords();
  const client = useQueryClient();
  const { name } = session.user;
  const state = useApiForm({
    initial: { password: "" },
    validate: { password: (value) => (value ? null : t("door.passwordNeeded")) },
    send: ({ password }) => take(api.POST("/api/v1/session", { body: { name, password } })),
    done: (begun) => {
      goOn(client, begun);
      close();
    },
  });
  const leave = (
    <Button variant="subtle" color="gray" onClick={() => depart()}>
      {t("shell.againLeave")}
    </Button>
  );
  return (
    <>
      <Text size="sm" mb={14}>
        {t("shell.againHint", { name })}
      </Text>
      <Form state={state} submitLabel={t("door.signIn")} extra={leave}>
        <PasswordInput
          label={t("door.password")}
          autoComplete="current-password"
          data-autofocus
          visibilityToggleButtonProps={{ "aria-label": t("door.show") }}
          {...state.form.getInputProps("password")}
        />
      </Form>
    </>
  );
}
