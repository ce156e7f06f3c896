import { useWords } from "~/i18n";
import { Confirm } from "~/kit/Side";
import { type Channel, useBulk } from "./work";

interface Props {
  channels: Channel[];
  opened: boolean;
  onClose: () => void;
  onDone?: () => void;
}

export function Remove({ channels, opened, onClose, onDone }: Props) {
  const { t, n } = useWords();
  const bulk = useBulk();
  const run = async () => {
    await bulk(
      channels.map((channel) => channel.id),
      "delete",
    );
    onDone?.();
  };
  return (
    <Confirm
      opened={opened}
      title={n("channels.removeTitle", channels.length, { name: channels[0]?.name ?? "" })}
      action={t("common.delete")}
      onClose={onClose}
      run={run}
    >
      {t("channels.removeText")}
    </Confirm>
  );
}
