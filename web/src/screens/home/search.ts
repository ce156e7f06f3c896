import { searchReader } from "~/kit/list";

/** What the address of Home may hold: how many days, and by what the charts tell requests apart. */
export const readSearch = searchReader({ days: "number", by: "string" });
