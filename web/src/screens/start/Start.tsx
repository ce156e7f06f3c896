import { useWords } from "~/i18n";
import { Page } from "~/kit/parts";

export default function Start() {
  const { t } = useWords();
  return <Page title={t("nav.start")}>{null}</Page>;
}
