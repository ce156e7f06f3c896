// The side panel of one channel: its form, or its tests.
import { Button, SegmentedControl } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, take } from "~/api/client";
import { useWords } from "~/i18n";
import { Side } from "~/kit/Side";
import { Empty, Failure, Loading } from "~/kit/states";
import { View } from "~/kit/View";
import { ChannelForm } from "./ChannelForm";
import { Remove } from "./Remove";
import { TestPanel } from "./TestPanel";
import type { Channel } from "./work";

interface Props {
  /** An id, "new", or nothing. */
  open: string | undefined;
  view: string | undefined;
  close: () => void;
  show: (id: number, view?: "test") => void;
}

export function ChannelPanel({ open, view, close, show }: Props) {
  const { t } = useWords();
  const id = Number(open);
  const known = open !== undefined && Number.isInteger(id);
  const channel = useQuery({
    queryKey: ["channel", id],
    enabled: known,
    // A form begins with what is, not with what was when it was last open.
    gcTime: 0,
    queryFn: () => take(api.GET("/api/v1/channels/{channel_id}", { params: { path: { channel_id: id } } })),
  });
  return (
    <Side
      title={open === "new" ? t("channels.new") : (channel.data?.name ?? "")}
      opened={open !== undefined}
      onClose={close}
      size={620}
    >
      {open === "new" && <ChannelForm done={(created) => show(created.id, "test")} cancel={close} />}
      {known && channel.isError && <Failure error={channel.error} retry={() => void channel.refetch()} />}
      {known && channel.isPending && <Loading />}
      {open !== undefined && !known && open !== "new" && <Empty title={t("errors.code.not_found")} />}
      {known && channel.data && <Existing channel={channel.data} view={view} close={close} show={show} />}
    </Side>
  );
}

function Existing({ channel, view, close, show }: { channel: Channel } & Omit<Props, "open">) {
  const { t } = useWords();
  const [removing, setRemoving] = useState(false);
  return (
    <>
      <SegmentedControl
        mb={16}
        size="sm"
        aria-label={t("channels.view")}
        value={view === "test" ? "test" : "edit"}
        onChange={(value) => show(channel.id, value === "test" ? "test" : undefined)}
        data={[
          { value: "edit", label: t("channels.settings") },
          { value: "test", label: t("channels.test") },
        ]}
      />
      <View shown={view !== "test"}>
        <ChannelForm
          key={channel.id}
          channel={channel}
          done={close}
          cancel={close}
          extra={
            <Button variant="default" c="var(--bad)" onClick={() => setRemoving(true)}>
              {t("common.delete")}
            </Button>
          }
        />
      </View>
      {view === "test" && <TestPanel key={channel.id} channel={channel} />}
      <Remove channels={[channel]} opened={removing} onClose={() => setRemoving(false)} onDone={close} />
    </>
  );
}
