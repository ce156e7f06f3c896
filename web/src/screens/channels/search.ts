import { searchReader } from "~/kit/list";

/** What the address of the channel list may hold. `open` is a channel's id or "new"; `view` is "test" or nothing. */
export const readSearch = searchReader({
  search: "string",
  provider: "string",
  status: "string",
  model: "string",
  group: "string",
  sort: "string",
  cursor: "string",
  open: "string",
  view: "string",
});

export type ChannelSearch = ReturnType<typeof readSearch>;
