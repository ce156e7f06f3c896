import { searchReader } from "~/kit/list";

/** What the address of the routing screen may hold: the request to explain. */
export const readSearch = searchReader({ model: "string", format: "string", token_id: "number", group: "string" });

export type RoutingSearch = ReturnType<typeof readSearch>;
