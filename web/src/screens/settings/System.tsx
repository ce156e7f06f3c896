// What this installation is made of.
import { useQuery } from "@tanstack/react-query";
import { api, take } from "~/api/client";
import { useWords } from "~/i18n";
import { integer } from "~/kit/format";
import { Facts, Section } from "~/kit/parts";
import { Failure, Loading } from "~/kit/states";

const MIB = 1024 * 1024;

export function System() {
  const { t, find, language } = useWords();
  const { data, error, refetch } = useQuery({ queryKey: ["system"], queryFn: () => take(api.GET("/api/v1/system")) });
  if (error) return <Failure error={error} retry={() => void refetch()} />;
  if (!data) return <Loading />;
  return (
    <>
      <Section title={t("settings.installation")}>
        <Facts
          items={[
            [t("settings.version"), data.version],
            [t("settings.database"), `${data.database} ${data.database_version}`],
            [t("settings.databaseSize"), `${(data.database_bytes / MIB).toFixed(1)} MiB`],
            [t("settings.python"), data.python],
            [t("settings.platform"), data.platform],
          ]}
        />
      </Section>
      <Section title={t("settings.counts")}>
        <Facts
          items={Object.entries(data.counts).map(([name, count]) => [
            find(`nav.${name}`) ?? name,
            integer(count, language),
          ])}
        />
      </Section>
    </>
  );
}
