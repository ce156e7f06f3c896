// What the filtered requests are made of; each value narrows the list to it.
import { useQuery } from "@tanstack/react-query";
import { type Api, api, take } from "~/api/client";
import { useWords } from "~/i18n";
import { compact } from "~/kit/format";
import { Failure, Loading } from "~/kit/states";
import styles from "./logs.module.css";
import type { LogSearch } from "./search";
import { filtersOf, type Span } from "./span";

const SHOWN = 8;
const FACETS = ["status", "model", "channel_id", "token_id", "user_id"] as const;

interface Props {
  search: LogSearch;
  span: Span;
  set: (change: Partial<LogSearch>) => void;
}

export function Facets({ search, span, set }: Props) {
  const { t } = useWords();
  const query = { ...filtersOf(search), since_ms: span.since_ms, until_ms: span.until_ms };
  const { data, error, refetch } = useQuery({
    queryKey: ["facets", query],
    queryFn: () => take(api.GET("/api/v1/requests/facets", { params: { query } })),
    placeholderData: (old) => old,
  });
  if (error) return <Failure error={error} retry={() => void refetch()} />;
  if (!data) return <Loading />;
  return (
    <aside className={styles.facets} aria-label={t("logs.facets")}>
      {FACETS.map((name) => (
        <Facet
          key={name}
          title={t(`logs.facet.${name}`)}
          // Channel 0 stands for requests no channel answered; there is no such channel to filter by.
          values={data[name].filter((one) => one.value !== "0").slice(0, SHOWN)}
          chosen={search[name] === undefined ? undefined : String(search[name])}
          choose={(value) =>
            set({ [name]: value === undefined || name === "status" || name === "model" ? value : Number(value) })
          }
        />
      ))}
      {!data.complete && <p className={styles.note}>{t("logs.partial", { count: data.counted })}</p>}
    </aside>
  );
}

interface FacetProps {
  title: string;
  values: Api<"FacetView">[];
  chosen: string | undefined;
  choose: (value: string | undefined) => void;
}

function Facet({ title, values, chosen, choose }: FacetProps) {
  const { language } = useWords();
  if (values.length === 0) return null;
  const most = Math.max(...values.map((one) => one.count));
  return (
    <section>
      <h3>{title}</h3>
      {values.map((one) => (
        <button
          key={one.value}
          type="button"
          className={styles.facet}
          aria-pressed={chosen === one.value}
          onClick={() => choose(chosen === one.value ? undefined : one.value)}
        >
          <span className={styles.fill} style={{ width: `${(one.count / most) * 100}%` }} aria-hidden />
          <span className={styles.facetName} title={one.name ?? one.value}>
            {one.name ?? one.value}
          </span>
          <span className="num">{compact(one.count, language)}</span>
        </button>
      ))}
    </section>
  );
}
