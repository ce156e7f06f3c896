import common from "./common.json";
import door from "./door.json";
import errors from "./errors.json";
import nav from "./nav.json";
import shell from "./shell.json";
import table from "./table.json";

const words = { common, door, errors, nav, shell, table };

export type English = typeof words;
export default words;
