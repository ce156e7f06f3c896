// What opens over a screen: a panel at its side, and a question before something is done.
import { Button, Drawer, Modal } from "@mantine/core";
import { type ReactNode, useRef, useState } from "react";
import { useWords } from "~/i18n";
import styles from "./form.module.css";
import { useLayer } from "./layers";
import { Failure } from "./states";
import { Unsaved } from "./unsaved";

interface SideProps {
  title: ReactNode;
  opened: boolean;
  onClose: () => void;
  children: ReactNode;
  size?: number;
  /** It shows what is shown once: a click beside it or Escape, which may be slips, leave it open. */
  once?: boolean;
}

/** A panel at the side, over the list it belongs to. What was typed in it is not lost by a slip: it asks first. */
export function Side({ title, opened, onClose, children, size = 560, once }: SideProps) {
  const { t } = useWords();
  const top = useLayer(opened);
  const forms = useRef(new Set<() => boolean>());
  const [asking, setAsking] = useState(false);
  const leave = () => {
    if (!top()) return;
    if ([...forms.current].some((unsaved) => unsaved())) setAsking(true);
    else onClose();
  };
  return (
    <Unsaved value={forms.current}>
      <Drawer
        opened={opened}
        onClose={leave}
        closeOnClickOutside={!once}
        closeOnEscape={!once}
        title={title}
        position="right"
        size={size}
        closeButtonProps={{ "aria-label": t("common.close") }}
        classNames={{ title: styles.sideTitle, content: styles.side, header: styles.sideHead, body: styles.sideBody }}
      >
        {children}
      </Drawer>
      <Discard opened={asking && opened} onClose={() => setAsking(false)} run={async () => onClose()} />
    </Unsaved>
  );
}

/** Whether what was typed may go. */
export function Discard(props: Pick<ConfirmProps, "opened" | "onClose" | "run">) {
  const { t } = useWords();
  return (
    <Confirm {...props} title={t("common.discardTitle")} action={t("common.discard")} keep={t("common.keepEditing")}>
      {t("common.discardText")}
    </Confirm>
  );
}

interface ConfirmProps {
  opened: boolean;
  title: string;
  /** What will happen, so that nobody has to guess. */
  children: ReactNode;
  action: string;
  /** What the way back is called, where "Cancel" would be understood wrongly. */
  keep?: string;
  onClose: () => void;
  run: () => Promise<unknown>;
}

export function Confirm({ opened, title, children, action, keep, onClose, run }: ConfirmProps) {
  const { t } = useWords();
  const top = useLayer(opened);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const go = async () => {
    setBusy(true);
    setFailure(null);
    try {
      await run();
      onClose();
    } catch (error) {
      setFailure(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal
      opened={opened}
      onClose={() => top() && onClose()}
      title={title}
      closeButtonProps={{ "aria-label": t("common.close") }}
      classNames={{ title: styles.sideTitle }}
    >
      <div>{children}</div>
      {Boolean(failure) && <Failure error={failure} />}
      <div className={styles.buttons}>
        <Button color="red.8" loading={busy} onClick={() => void go()}>
          {action}
        </Button>
        <Button variant="default" onClick={onClose} data-autofocus>
          {keep ?? t("common.cancel")}
        </Button>
      </div>
    </Modal>
  );
}
