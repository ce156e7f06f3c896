import { searchReader } from "~/kit/list";

/** What the address of the token list may hold. `open` is a token's id or "new". */
export const readSearch = searchReader({
  search: "string",
  user_id: "number",
  status: "string",
  scope: "string",
  sort: "string",
  cursor: "string",
  open: "string",
});

export type TokenSearch = ReturnType<typeof readSearch>;
