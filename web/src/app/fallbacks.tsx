// What stands in the place of a screen that does not exist or that failed.
import { Link, useRouter } from "@tanstack/react-router";
import { useWords } from "~/i18n";
import { Empty, Failure } from "~/kit/states";
import { useArrived } from "./arrived";

export function NotFound() {
  const { t } = useWords();
  useArrived();
  return (
    <Empty title={t("errors.noPage")}>
      <Link to="/">{t("errors.toHome")}</Link>
    </Empty>
  );
}

export function ScreenFailed({ error }: { error: unknown }) {
  const router = useRouter();
  useArrived();
  return <Failure error={error} retry={() => void router.invalidate()} />;
}
