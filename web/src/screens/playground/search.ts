import { searchReader } from "~/kit/list";

/** What the address of the playground may hold. */
export const readSearch = searchReader({ model: "string" });
