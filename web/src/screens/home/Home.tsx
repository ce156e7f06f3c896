import { useWords } from "~/i18n";
import { Page } from "~/kit/parts";

export default function Home() {
  const { t } = useWords();
  return <Page title={t("nav.home")}>{null}</Page>;
}
