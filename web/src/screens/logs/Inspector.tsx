// One request from its arrival to its charge.
import { Button } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { type Api, api, take } from "~/api/client";
import { atLeast, useSession } from "~/app/session";
import { useWords } from "~/i18n";
import { dateTime, duration } from "~/kit/format";
import { IconChevronLeft, IconChevronRight, IconMessage, IconSplit } from "~/kit/icons";
import { CopyButton, CopyIcon, Facts, Money, Section } from "~/kit/parts";
import { Side } from "~/kit/Side";
import { Failure, Loading, Note } from "~/kit/states";
import { usePublicOrigin } from "~/relay/origin";
import { Arithmetic } from "./Arithmetic";
import { Status } from "./columns";
import { curlOf } from "./curl";
import styles from "./logs.module.css";
import { Timeline } from "./Timeline";

type Detail = Api<"RequestDetail">;

interface Props {
  id: string | undefined;
  close: () => void;
  /** To the request before and after it in the list; nothing at the list's ends. */
  newer: (() => void) | undefined;
  older: (() => void) | undefined;
}

export function Inspector({ id, close, newer, older }: Props) {
  const { t } = useWords();
  const { data, error, refetch } = useQuery({
    queryKey: ["request", id],
    enabled: id !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    // A request is logged a moment after its answer: it may be asked for too early.
    retry: (count) => count < 3,
    retryDelay: 700,
    queryFn: () => take(api.GET("/api/v1/requests/{request_id}", { params: { path: { request_id: id ?? "" } } })),
  });
  // The same keys as in the list, which is behind this.
  useHotkeys(
    id === undefined
      ? []
      : [
          ["j", () => older?.()],
          ["k", () => newer?.()],
        ],
  );
  return (
    <Side title={t("logs.request")} opened={id !== undefined} onClose={close} size={680}>
      <div className={styles.walk}>
        <Button
          variant="default"
          size="compact-sm"
          disabled={!newer}
          leftSection={<IconChevronLeft size={14} />}
          onClick={newer}
        >
          {t("logs.newer")}
        </Button>
        <Button
          variant="default"
          size="compact-sm"
          disabled={!older}
          rightSection={<IconChevronRight size={14} />}
          onClick={older}
        >
          {t("logs.older")}
        </Button>
        <code className={styles.walkId}>{id}</code>
        {id && <CopyIcon text={id} label={t("logs.copyId")} />}
      </div>
      {error ? (
        <Failure error={error} retry={() => void refetch()} />
      ) : data ? (
        <Inspected request={data} />
      ) : (
        <Loading />
      )}
    </Side>
  );
}

function Inspected({ request }: { request: Detail }) {
  const { t, find, language } = useWords();
  const origin = usePublicOrigin();
  const admin = atLeast(useSession(), "admin");
  const rule = find(`logs.rules.${request.rule}`) ?? request.rule;
  return (
    <>
      <Facts
        items={[
          [t("common.status"), <Status key="status" status={request.status} code={request.error_code} />],
          [t("logs.model"), <ModelLink key="model" request={request} />],
          ...(request.channel_id
            ? ([[t("logs.channel"), <ChannelLink key="channel" request={request} />]] as [string, ReactNode][])
            : []),
          [t("logs.time"), dateTime(request.created_ms, language)],
          [t("logs.took"), duration(request.duration_ms)],
          [t("logs.first"), request.first_ms ? duration(request.first_ms) : "–"],
          [t("logs.cost"), <Money key="cost" usd={request.charge_usd} />],
          [
            t("logs.format"),
            `${find(`routing.formats.${request.format}`) ?? request.format}${request.stream ? ` · ${t("logs.stream")}` : ""}`,
          ],
          [t("logs.token"), <TokenLink key="token" request={request} />],
          [t("logs.user"), admin ? <UserLink key="user" request={request} /> : request.user_name],
          [t("logs.client"), request.client || "–"],
          [t("logs.address"), request.address || "–"],
          [t("logs.group"), request.group],
        ]}
      />
      {request.error_code && (
        <div className={styles.gap}>
          <Note tone="bad" title={request.error_code}>
            {find(`logs.codes.${request.error_code}`)}
          </Note>
        </div>
      )}
      {request.dropped.length > 0 && (
        <div className={styles.gap}>
          <Note tone="warn" title={t("logs.dropped")}>
            {request.dropped.join(", ")}
          </Note>
        </div>
      )}
      <div className={styles.gap}>
        <Section title={t("logs.attempts")} hint={t("logs.attemptsHint")}>
          <Timeline request={request} />
        </Section>
        <Section title={t("logs.charge")} hint={rule}>
          <Arithmetic request={request} />
        </Section>
      </div>
      <div className={styles.walk}>
        {TALKS.has(request.format) && (
          <Button
            variant="default"
            size="compact-md"
            className={styles.plain}
            leftSection={<IconMessage size={15} />}
            renderRoot={(props) => (
              <Link to="/playground" search={{ model: request.model }} {...(props as Record<string, unknown>)} />
            )}
          >
            {t("logs.openPlayground")}
          </Button>
        )}
        <CopyButton text={curlOf(origin, request)} variant="default" size="compact-md">
          {t("logs.copyCurl")}
        </CopyButton>
        {admin && (
          <Button
            variant="default"
            size="compact-md"
            className={styles.plain}
            leftSection={<IconSplit size={15} />}
            renderRoot={(props) => (
              <Link
                to="/routing"
                search={{ model: request.model, token_id: request.token_id, format: request.format }}
                {...(props as Record<string, unknown>)}
              />
            )}
          >
            {t("logs.whereNow")}
          </Button>
        )}
      </div>
    </>
  );
}

/** The protocols of conversations: what the playground can take up. */
const TALKS = new Set(["openai_chat", "openai_responses", "anthropic", "gemini"]);

function ModelLink({ request }: { request: Detail }) {
  const { t } = useWords();
  const other = request.upstream_model && request.upstream_model !== request.model;
  return (
    <>
      <Link to="/prices" search={{ search: request.model }}>
        <code>{request.model}</code>
      </Link>
      {other && (
        <small className={styles.upstream}>{t("logs.calledUpstream", { model: request.upstream_model ?? "" })}</small>
      )}
    </>
  );
}

function ChannelLink({ request }: { request: Detail }) {
  return (
    <Link to="/channels" search={{ open: String(request.channel_id) }}>
      {request.channel_name ?? request.channel_id}
    </Link>
  );
}

function UserLink({ request }: { request: Detail }) {
  return (
    <Link to="/users" search={{ open: String(request.user_id) }}>
      {request.user_name ?? request.user_id}
    </Link>
  );
}

function TokenLink({ request }: { request: Detail }) {
  return (
    <Link to="/tokens" search={{ open: String(request.token_id) }}>
      {request.token_name ?? request.token_id}
    </Link>
  );
}
