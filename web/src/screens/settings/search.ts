import { searchReader } from "~/kit/list";

/** What the address of the settings may hold: the topic, and the page of the audit log. */
export const readSearch = searchReader({ topic: "string", cursor: "string", sort: "string" });
