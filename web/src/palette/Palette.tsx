// Go anywhere by typing: pages, channels, tokens, users and models by name, a request by its id.
import { Modal, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { useSession } from "~/app/session";
import { useWords } from "~/i18n";
import { IconSearch } from "~/kit/icons";
import { useLayer } from "~/kit/layers";
import { Failure } from "~/kit/states";
import { type Entry, findEntities, usePages } from "./entries";
import styles from "./palette.module.css";

export default function Palette({ opened, close }: { opened: boolean; close: () => void }) {
  const { t } = useWords();
  const top = useLayer(opened);
  return (
    <Modal
      opened={opened}
      onClose={() => top() && close()}
      withCloseButton={false}
      padding={0}
      size={560}
      yOffset="12vh"
      attributes={{ content: { "aria-label": t("palette.title") } }}
      classNames={{ content: styles.box ?? "" }}
    >
      <Finder close={close} />
    </Modal>
  );
}

function Finder({ close }: { close: () => void }) {
  const { t } = useWords();
  const router = useRouter();
  const session = useSession();
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  const [wanted] = useDebouncedValue(typed.trim(), 150);
  const pages = usePages();
  const found = useQuery({
    queryKey: ["palette", wanted],
    enabled: wanted.length > 0,
    queryFn: () => findEntities(wanted, session),
    placeholderData: (old) => old,
  });
  const word = typed.trim().toLowerCase();
  const entries = [
    ...pages.filter((page) => page.name.toLowerCase().includes(word)),
    ...(word ? (found.data ?? []) : []),
  ];
  const chosen = Math.min(at, entries.length - 1);
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    list.current?.children[chosen]?.scrollIntoView({ block: "nearest" });
  }, [chosen]);
  const go = (entry: Entry | undefined) => {
    if (!entry) return;
    close();
    router.history.push(entry.href);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      setAt((chosen + step + entries.length) % Math.max(1, entries.length));
    } else if (event.key === "Enter" && !event.nativeEvent.isComposing) {
      event.preventDefault();
      go(entries[chosen]);
    }
  };
  return (
    <>
      <TextInput
        data-autofocus
        variant="unstyled"
        size="md"
        role="combobox"
        aria-expanded
        aria-controls="palette-list"
        aria-activedescendant={entries[chosen] ? `palette-${chosen}` : undefined}
        aria-label={t("palette.title")}
        placeholder={t("palette.hint")}
        leftSection={<IconSearch size={17} />}
        classNames={{ input: styles.input ?? "" }}
        value={typed}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div ref={list} id="palette-list" role="listbox" aria-label={t("palette.found")} className={styles.list}>
        {entries.map((entry, index) => (
          <div
            key={entry.href}
            id={`palette-${index}`}
            role="option"
            aria-selected={index === chosen}
            tabIndex={-1}
            className={styles.entry}
            onMouseMove={() => setAt(index)}
            onClick={() => go(entry)}
            onKeyDown={onKeyDown}
          >
            <span className={styles.name}>{entry.name}</span>
            <span className={styles.kind}>{t(entry.kind)}</span>
          </div>
        ))}
        {found.isError && word ? (
          <Failure error={found.error} retry={() => void found.refetch()} />
        ) : (
          entries.length === 0 && <p className={styles.none}>{t("palette.none")}</p>
        )}
      </div>
      <p className={styles.keys}>{t("palette.keys")}</p>
    </>
  );
}
