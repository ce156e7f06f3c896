import { useLayoutEffect } from "react";

/** The screen is there: what was painted in its place before the program ran (tools/boot.js) goes. */
export function useArrived(): void {
  useLayoutEffect(() => document.getElementById("boot")?.remove(), []);
}
