import { type ReactNode, useState } from "react";

/** One of several views in one place: made when it is first shown, and kept with what was typed in it while another is. */
export function View({ shown, children }: { shown: boolean; children: ReactNode }) {
  const [made, setMade] = useState(shown);
  if (shown && !made) setMade(true);
  return made && <div hidden={!shown}>{children}</div>;
}
