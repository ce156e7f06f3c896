// Going away from what is not saved, by the browser's way back, a link or a key: it asks first. What closes a panel in the
// console has asked already, or means it, and passes by (`ignoreBlocker`).
import { useBlocker } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { unsavedWork } from "~/kit/unsaved";

const Discard = lazy(async () => ({ default: (await import("~/kit/Side")).Discard }));

export function Leaving() {
  const blocked = useBlocker({ shouldBlockFn: loses, enableBeforeUnload: false, withResolver: true });
  return (
    <Suspense>
      {blocked.status === "blocked" && <Discard opened onClose={blocked.reset} run={async () => blocked.proceed()} />}
    </Suspense>
  );
}

interface Place {
  pathname: string;
  search: object;
}

/** Whether a form that holds what is not saved would go: it stays while only the view of its panel changes. */
function loses({ current, next }: { current: Place; next: Place }): boolean {
  const form = ({ pathname, search }: Place) => JSON.stringify([pathname, { ...search, view: undefined }]);
  return form(current) !== form(next) && unsavedWork();
}
