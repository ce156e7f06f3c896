import channels from "./channels.json";
import common from "./common.json";
import door from "./door.json";
import errors from "./errors.json";
import filters from "./filters.json";
import logs from "./logs.json";
import models from "./models.json";
import nav from "./nav.json";
import prices from "./prices.json";
import shell from "./shell.json";
import snippets from "./snippets.json";
import start from "./start.json";
import table from "./table.json";
import tokens from "./tokens.json";
import users from "./users.json";

const words = {
  channels,
  common,
  door,
  errors,
  filters,
  logs,
  models,
  nav,
  prices,
  shell,
  snippets,
  start,
  table,
  tokens,
  users,
};

export type English = typeof words;
export default words;
