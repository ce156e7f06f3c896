// How a charge came about, line by line: count x price / unit x multiplier.
import type { Api } from "~/api/client";
import { useWords } from "~/i18n";
import { dollars, integer } from "~/kit/format";
import styles from "./logs.module.css";

type Detail = Api<"RequestDetail">;

export function Arithmetic({ request }: { request: Detail }) {
  const { t, find, language } = useWords();
  const { price } = request;
  if (!price) {
    return (
      <>
        <p className={styles.note}>{t("logs.nothingCharged")}</p>
        <Usage usage={request.usage} />
      </>
    );
  }
  const multiplier = price.multiplier_ppm / 1_000_000;
  return (
    <>
      <table className={styles.sums}>
        <thead>
          <tr>
            <th scope="col">{t("logs.rate")}</th>
            <th scope="col">{t("logs.count")}</th>
            <th scope="col">{t("logs.price")}</th>
            <th scope="col">{t("logs.amount")}</th>
          </tr>
        </thead>
        <tbody>
          {price.lines.map((line) => (
            <tr key={line.rate}>
              <th scope="row">{find(`prices.rates.${line.rate}`) ?? line.rate}</th>
              <td>{/^\d+$/.test(line.count) ? integer(Number(line.count), language) : line.count}</td>
              <td>
                {dollars(line.usd)} / {compactUnit(line.per)}
              </td>
              <td>{dollars(line.amount_usd)}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          {multiplier !== 1 && (
            <tr>
              <th scope="row" colSpan={3}>
                {t("logs.multiplier", { group: request.group })}
              </th>
              <td>×{multiplier}</td>
            </tr>
          )}
          <tr>
            <th scope="row" colSpan={3}>
              {t("logs.charged")}
            </th>
            <td>{dollars(request.charge_usd)}</td>
          </tr>
        </tfoot>
      </table>
      <p className={styles.note}>
        {t(price.model === "*" ? "logs.priceDefault" : "logs.priceFrom", {
          model: price.model,
          source: price.source,
          date: price.as_of,
        })}
      </p>
    </>
  );
}

function compactUnit(per: number): string {
  return per === 1_000_000 ? "1M" : String(per);
}

function Usage({ usage }: { usage: Detail["usage"] }) {
  const used = Object.entries(usage).filter(([, value]) => typeof value === "number" && value > 0);
  if (used.length === 0) return null;
  return <p className={styles.note}>{used.map(([name, value]) => `${name} ${String(value)}`).join(" · ")}</p>;
}
