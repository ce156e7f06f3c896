import { Link } from "@tanstack/react-router";
import type { Api } from "~/api/client";
import { type Key, useWords } from "~/i18n";
import { DataTable } from "~/kit/DataTable";
import { duration, integer } from "~/kit/format";
import { Badge, Section, type Tone } from "~/kit/parts";
import { Empty, Note } from "~/kit/states";
import styles from "./routing.module.css";

type Explanation = Api<"Explanation">;
type Standing = Api<"StandingView">;

const TONES: Record<Standing["reason"], Tone> = {
  candidate: "good",
  resting: "bad",
  disabled: "mute",
  group: "mute",
  format: "mute",
  name: "warn",
};

export function Explained({ told, model }: { told: Explanation; model: string }) {
  const { t, n, language } = useWords();
  const asked = told.items.filter((one) => one.rank >= 0);
  const left = told.items.filter((one) => one.rank < 0);
  return (
    <>
      {told.refusals.length > 0 && (
        <div className={styles.gap}>
          <Note tone="bad" title={t("routing.refused")}>
            {told.refusals.map((code) => (
              <p key={code}>{t(`routing.refusals.${code}` as Key)}</p>
            ))}
          </Note>
        </div>
      )}
      <Section title={t("routing.asked")} hint={t("routing.askedHint")}>
        <DataTable
          label={t("routing.asked")}
          rows={asked}
          id={(one) => one.channel_id}
          name={(one) => one.channel_name}
          empty={
            <Empty
              title={t("routing.nobody", { model })}
              action={
                <Link to="/channels" search={{ open: "new" }}>
                  {t("routing.addChannel")}
                </Link>
              }
            >
              {left.length > 0 ? t("routing.nobodyLeft") : t("routing.nobodyHint")}
            </Empty>
          }
          columns={[
            {
              id: "rank",
              header: t("routing.rank"),
              align: "right",
              cell: (one) => <span className="num">{one.rank + 1}</span>,
            },
            { id: "name", header: t("logs.channel"), grow: true, cell: (one) => <Name one={one} model={model} /> },
            { id: "chance", header: t("routing.chance"), card: "label", cell: (one) => <Chance share={one.chance} /> },
            {
              id: "priority",
              header: t("channels.priority"),
              align: "right",
              wide: true,
              cell: (one) => <span className="num">{integer(one.priority, language)}</span>,
            },
            {
              id: "weight",
              header: t("channels.weight"),
              align: "right",
              wide: true,
              cell: (one) => <span className="num">{integer(one.weight, language)}</span>,
            },
            { id: "reason", header: t("common.status"), cell: (one) => <Reason one={one} /> },
          ]}
        />
      </Section>
      {(left.length > 0 || told.others > 0) && (
        <Section title={t("routing.left")} hint={told.others > 0 ? n("routing.others", told.others) : undefined}>
          {left.length > 0 && (
            <DataTable
              label={t("routing.left")}
              rows={left}
              id={(one) => one.channel_id}
              name={(one) => one.channel_name}
              empty={null}
              columns={[
                { id: "name", header: t("logs.channel"), grow: true, cell: (one) => <Name one={one} model={model} /> },
                { id: "reason", header: t("routing.why"), cell: (one) => <Reason one={one} /> },
              ]}
            />
          )}
        </Section>
      )}
    </>
  );
}

function Name({ one, model }: { one: Standing; model: string }) {
  const { t } = useWords();
  return (
    <>
      <Link to="/channels" search={{ open: String(one.channel_id) }} title={one.channel_name}>
        {one.channel_name}
      </Link>
      {one.rank >= 0 && one.model !== model && (
        <small className={styles.as}>{t("logs.calledUpstream", { model: one.model })}</small>
      )}
    </>
  );
}

function Chance({ share }: { share: number }) {
  const { language } = useWords();
  const text = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 1 }).format(share);
  return (
    <span className={styles.chance}>
      <span className={styles.bar} aria-hidden>
        <span style={{ width: `${share * 100}%` }} />
      </span>
      <span className="num">{share > 0 ? text : "–"}</span>
    </span>
  );
}

function Reason({ one }: { one: Standing }) {
  const { t } = useWords();
  const words =
    one.reason === "resting" && one.rests_for_ms > 0
      ? t("routing.restsFor", { time: duration(one.rests_for_ms) })
      : t(`routing.reasons.${one.reason}` as Key, { name: one.model });
  return (
    <span className={styles.reason}>
      <Badge tone={TONES[one.reason]}>{words}</Badge>
      {one.rank >= 0 && one.bridged && <small>{t("routing.bridged")}</small>}
    </span>
  );
}
