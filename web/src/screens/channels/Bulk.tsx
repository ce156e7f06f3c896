// What can be done with the chosen channels at once.
import { Button } from "@mantine/core";
import { useState } from "react";
import { useWords } from "~/i18n";
import { useComplain, useToast } from "~/kit/toast";
import { Remove } from "./Remove";
import { type Channel, inParallel, testChannel, useBulk, useRefresh } from "./work";

const AT_ONCE = 4;

export function Bulk({ channels, clear }: { channels: Channel[]; clear: () => void }) {
  const { t, n } = useWords();
  const bulk = useBulk();
  const refresh = useRefresh();
  const complain = useComplain();
  const toast = useToast();
  const [busy, setBusy] = useState<string | null>(null);
  const [removing, setRemoving] = useState(false);
  const run = async (name: string, work: () => Promise<unknown>) => {
    setBusy(name);
    try {
      await work();
    } catch (error) {
      complain(error);
    } finally {
      setBusy(null);
    }
  };
  const chosen = channels.map((channel) => channel.id);
  const testAll = async () => {
    let failed = 0;
    await inParallel(chosen, AT_ONCE, async (id) => {
      // One that cannot even be tried, or is gone, does not keep the others from theirs.
      const ok = await testChannel(id).then(
        (result) => result.ok,
        () => false,
      );
      if (!ok) failed += 1;
      refresh();
    });
    toast(
      failed ? "bad" : "good",
      failed ? n("channels.testsFailed", failed) : n("channels.testsPassed", chosen.length),
    );
  };
  const button = (name: string, label: string, work: () => Promise<unknown>) => (
    <Button variant="default" size="compact-md" loading={busy === name} onClick={() => void run(name, work)}>
      {label}
    </Button>
  );
  return (
    <>
      <span>{n("table.selected", chosen.length)}</span>
      {button("test", t("channels.test"), testAll)}
      {button("enable", t("common.enable"), () => bulk(chosen, "enable"))}
      {button("disable", t("common.disable"), () => bulk(chosen, "disable"))}
      <Button variant="default" size="compact-md" c="var(--bad)" onClick={() => setRemoving(true)}>
        {t("common.delete")}
      </Button>
      <Button variant="subtle" color="gray" size="compact-md" onClick={clear}>
        {t("table.unselect")}
      </Button>
      <Remove channels={channels} opened={removing} onClose={() => setRemoving(false)} onDone={clear} />
    </>
  );
}
