// A key or an address that did not work: what the upstream said, what it means, what to do.
import { ApiFailure } from "~/api/client";
import { inLanguage, type Provider } from "~/channels/providers";
import { type Key, useWords } from "~/i18n";
import { sentence } from "~/kit/failure";
import { Failure, Note } from "~/kit/states";
import type { ConnectFailed } from "./connect";
import styles from "./start.module.css";

const MEANINGS: [(status: number) => boolean, Key][] = [
  [(status) => status === 401 || status === 403, "start.refused.key"],
  [(status) => status === 402 || status === 429, "start.refused.money"],
  [(status) => status === 404 || status === 405, "start.refused.address"],
  [(status) => status >= 500, "start.refused.upstream"],
  [(status) => status === 0, "start.refused.silence"],
];

export function Refused({ failed, provider, many }: { failed: ConnectFailed; provider: Provider; many: boolean }) {
  const { t, language } = useWords();
  const { reason, diagnosis, keyNumber } = failed;
  if (!(reason instanceof ApiFailure) || reason.code !== "upstream_failed") return <Failure error={reason} />;
  const first = diagnosis[0];
  const status = first?.status ?? statusIn(reason.message);
  const meaning = MEANINGS.find(([fits]) => fits(status))?.[1] ?? "start.refused.other";
  const works = diagnosis.find((step) => step.ok);
  return (
    <Note tone="bad" title={many ? t("start.refused.titleOf", { number: keyNumber }) : t("start.refused.title")}>
      <p className={styles.said}>{sentence(first?.excerpt || reason.message)}</p>
      <p>{t(meaning, { hint: inLanguage(provider.key_hint, language) })}</p>
      {works && (
        <p>
          {t("start.refused.works")} <code>{works.url}</code>
        </p>
      )}
      {diagnosis.length > 0 && (
        <details>
          <summary>{t("start.refused.tried")}</summary>
          <ul>
            {diagnosis.map((step) => (
              <li key={step.method + step.url}>
                <code>
                  {step.method} {step.url}
                </code>{" "}
                {step.status || t("start.refused.noAnswer")}
              </li>
            ))}
          </ul>
        </details>
      )}
    </Note>
  );
}

function statusIn(message: string): number {
  return Number(/status (\d{3})/.exec(message)?.[1] ?? 0);
}
