// What opens over a screen: a panel at its side, and a question before something is done.
import { Button, Drawer, Modal } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { useWords } from "~/i18n";
import styles from "./form.module.css";
import { Failure } from "./states";

interface SideProps {
  title: ReactNode;
  opened: boolean;
  onClose: () => void;
  children: ReactNode;
  size?: number;
}

/** A panel at the side, over the list it belongs to. */
export function Side({ title, opened, onClose, children, size = 560 }: SideProps) {
  const { t } = useWords();
  return (
    <Drawer
      opened={opened}
      onClose={onClose}
      title={title}
      position="right"
      size={size}
      closeButtonProps={{ "aria-label": t("common.close") }}
      classNames={{ title: styles.sideTitle, content: styles.side, header: styles.sideHead, body: styles.sideBody }}
    >
      {children}
    </Drawer>
  );
}

interface ConfirmProps {
  opened: boolean;
  title: string;
  /** What will happen, so that nobody has to guess. */
  children: ReactNode;
  action: string;
  onClose: () => void;
  run: () => Promise<unknown>;
}

export function Confirm({ opened, title, children, action, onClose, run }: ConfirmProps) {
  const { t } = useWords();
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
      onClose={onClose}
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
          {t("common.cancel")}
        </Button>
      </div>
    </Modal>
  );
}
