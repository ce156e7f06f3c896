// What went wrong, what it means, and where it is put right.
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { ApiFailure } from "~/api/client";
import { atLeast, useSession } from "~/app/session";
import { useWords } from "~/i18n";
import { Failure, Note } from "~/kit/states";
import { RelayFailure } from "~/relay/chat";
import styles from "./playground.module.css";

export function Broken({ failure, model }: { failure: unknown; model: string }) {
  const { t, find } = useWords();
  if (failure instanceof ApiFailure || !(failure instanceof RelayFailure)) return <Failure error={failure} />;
  const meant = find(`logs.codes.${failure.code}`);
  return (
    <Note tone="bad" title={meant ?? t("start.failed", { status: failure.status })}>
      <p>
        <span className="num">{failure.status}</span> {failure.code && <code>{failure.code}</code>} {failure.message}
      </p>
      <p className={styles.fixes}>
        <Fix code={failure.code} model={model} />
        {failure.requestId && (
          <Link to="/logs" search={{ open: failure.requestId }}>
            {t("start.seeLogs")}
          </Link>
        )}
      </p>
    </Note>
  );
}

/** The way to where it is put right; a plain user is told whom to ask. */
function Fix({ code, model }: { code: string; model: string }): ReactNode {
  const { t } = useWords();
  const session = useSession();
  const admin = atLeast(session, "admin");
  if (!admin) return FIXED_BY_ADMINS.has(code) ? <span>{t("playground.fix.ask")}</span> : null;
  switch (code) {
    case "model_not_found":
    case "no_available_channel":
      return (
        <>
          <Link to="/routing" search={{ model }}>
            {t("playground.fix.routing")}
          </Link>
          <Link to="/channels" search={{ open: "new" }}>
            {t("routing.addChannel")}
          </Link>
        </>
      );
    case "insufficient_quota":
      return (
        <Link to="/users" search={{ open: String(session.user.id) }}>
          {t("playground.fix.balance")}
        </Link>
      );
    case "upstream_auth":
    case "upstream_unreachable":
    case "upstream_timeout":
    case "upstream_bad_response":
    case "upstream_rate_limited":
      return (
        <Link to="/channels" search={{ model }}>
          {t("playground.fix.channels", { model })}
        </Link>
      );
    default:
      return null;
  }
}

const FIXED_BY_ADMINS = new Set([
  "model_not_found",
  "no_available_channel",
  "insufficient_quota",
  "upstream_auth",
  "upstream_unreachable",
]);
