// Writes src/kit/icons.ts: the icons in use, copied from Tabler's. An install does without that package: its eighteen
// thousand files took longer to unpack than everything else of the console.
import { readFileSync, writeFileSync } from "node:fs";

const PACKAGE = new URL("../node_modules/@tabler/icons-react/", import.meta.url);
const WANTED = {
  IconActivity: "IconActivityHeartbeat",
  IconAlert: "IconAlertTriangle",
  IconArrowRight: "IconArrowRight",
  IconSplit: "IconArrowsSplit",
  IconBolt: "IconBolt",
  IconCheck: "IconCheck",
  IconChevronDown: "IconChevronDown",
  IconChevronLeft: "IconChevronLeft",
  IconChevronRight: "IconChevronRight",
  IconChevronUp: "IconChevronUp",
  IconCoin: "IconCoin",
  IconCopy: "IconCopy",
  IconDots: "IconDots",
  IconDownload: "IconDownload",
  IconEye: "IconEye",
  IconKey: "IconKey",
  IconLanguage: "IconLanguage",
  IconHome: "IconLayoutDashboard",
  IconList: "IconListDetails",
  IconMenu: "IconMenu2",
  IconMessage: "IconMessage",
  IconMoon: "IconMoon",
  IconPlayer: "IconPlayerPlay",
  IconPlus: "IconPlus",
  IconRefresh: "IconRefresh",
  IconRocket: "IconRocket",
  IconRoute: "IconRoute",
  IconSearch: "IconSearch",
  IconSettings: "IconSettings",
  IconSun: "IconSun",
  IconTrash: "IconTrash",
  IconUser: "IconUser",
  IconUsers: "IconUsers",
  IconX: "IconX",
};

const { version } = JSON.parse(readFileSync(new URL("package.json", PACKAGE), "utf8"));
const lines = [
  "// Written by `npm run icons` (tools/icons.mjs), not by hand.",
  `// Tabler Icons ${version}, https://tabler.io/icons, MIT licence, (c) Paweł Kuna.`,
  'import { icon } from "./icon";',
  "",
];
for (const [name, file] of Object.entries(WANTED)) {
  const { __iconNode: parts } = await import(new URL(`dist/esm/icons/${file}.mjs`, PACKAGE));
  const paths = parts.map(([tag, { d }]) => {
    if (tag !== "path" || !d) throw new Error(`${file} is not drawn of paths alone`);
    return `  ${JSON.stringify(d)},`;
  });
  lines.push(`export const ${name} = icon([`, ...paths, "]);");
}
writeFileSync(new URL("../src/kit/icons.ts", import.meta.url), `${lines.join("\n")}\n`);
