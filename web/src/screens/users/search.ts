import { searchReader } from "~/kit/list";

/** What the address of the user list may hold. `open` is a user's id or "new". */
export const readSearch = searchReader({
  search: "string",
  role: "string",
  group: "string",
  status: "string",
  sort: "string",
  cursor: "string",
  open: "string",
});

export type UserSearch = ReturnType<typeof readSearch>;
