import channels from "./channels.json";
import chart from "./chart.json";
import common from "./common.json";
import door from "./door.json";
import errors from "./errors.json";
import filters from "./filters.json";
import health from "./health.json";
import home from "./home.json";
import logs from "./logs.json";
import models from "./models.json";
import nav from "./nav.json";
import palette from "./palette.json";
import playground from "./playground.json";
import prices from "./prices.json";
import routing from "./routing.json";
import settings from "./settings.json";
import shell from "./shell.json";
import snippets from "./snippets.json";
import start from "./start.json";
import table from "./table.json";
import tokens from "./tokens.json";
import users from "./users.json";

const words = {
  channels,
  chart,
  common,
  door,
  errors,
  filters,
  health,
  home,
  logs,
  models,
  nav,
  palette,
  playground,
  prices,
  routing,
  settings,
  shell,
  snippets,
  start,
  table,
  tokens,
  users,
};

export type English = typeof words;
export default words;
