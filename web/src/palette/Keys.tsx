// The list of keys that do something, by `?`.
import { Modal } from "@mantine/core";
import { AREAS } from "~/app/nav";
import { atLeast, type Session } from "~/app/session";
import { useWords } from "~/i18n";
import sheet from "~/kit/form.module.css";
import { useLayer } from "~/kit/layers";
import styles from "./palette.module.css";
import { FIND_KEYS } from "./usePalette";

export default function Keys({ session, close }: { session: Session; close: () => void }) {
  const { t } = useWords();
  const top = useLayer(true);
  const places = AREAS.flatMap((area) => area.places).filter((place) => atLeast(session, place.least));
  return (
    <Modal
      opened
      onClose={() => top() && close()}
      title={t("palette.shortcuts.title")}
      size={620}
      closeButtonProps={{ "aria-label": t("common.close") }}
      classNames={{ title: sheet.sideTitle }}
    >
      <div className={styles.shortcuts}>
        <Group
          title={t("palette.shortcuts.pages")}
          keys={places.map(({ key, label }) => [`g ${key}`, t(label)] as const)}
        />
        <div>
          <Group
            title={t("palette.shortcuts.everywhere")}
            keys={[
              [FIND_KEYS, t("palette.shortcuts.find")],
              ["?", t("palette.shortcuts.list")],
              ["Esc", t("palette.shortcuts.escape")],
            ]}
          />
          <Group
            title={t("palette.shortcuts.rows")}
            keys={[
              ["j", t("palette.shortcuts.next")],
              ["k", t("palette.shortcuts.previous")],
              ["Enter", t("palette.shortcuts.openRow")],
              ["x", t("palette.shortcuts.select")],
            ]}
          />
          <Group
            title={t("nav.playground")}
            keys={[
              ["Enter", t("palette.shortcuts.send")],
              ["Shift Enter", t("palette.shortcuts.line")],
            ]}
          />
        </div>
      </div>
    </Modal>
  );
}

function Group({ title, keys }: { title: string; keys: (readonly [string, string])[] }) {
  return (
    <section>
      <h3>{title}</h3>
      <dl>
        {keys.map(([pressed, does]) => (
          <div key={pressed}>
            <dt>
              {pressed.split(" ").map((one) => (
                <kbd key={one}>{one}</kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
