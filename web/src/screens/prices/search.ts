import { searchReader } from "~/kit/list";

/** What the address of the price list may hold. `open` is a model whose price is edited; "" a new one. */
export const readSearch = searchReader({
  search: "string",
  origin: "string",
  sort: "string",
  cursor: "string",
  open: "string",
  add: "number",
});

export type PriceSearch = ReturnType<typeof readSearch>;
