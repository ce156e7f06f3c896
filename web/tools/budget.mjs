// Fails the build when a page would load more JavaScript than it may: bytes after gzip, per entry of Vite's manifest.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const OUT = new URL("../../src/sluice/console/", import.meta.url);
const KB = 1000;
const SIGN_IN = 170 * KB;
const FIRST_SCREEN = 260 * KB;
const MORE_PER_SCREEN = 150 * KB;
const CSS = 50 * KB;

const manifest = JSON.parse(readFileSync(new URL("manifest.json", OUT), "utf8"));
const sizes = new Map();
const size = (file) => {
  if (!sizes.has(file)) sizes.set(file, gzipSync(readFileSync(new URL(file, OUT)), { level: 9 }).length);
  return sizes.get(file);
};

/** The script and style files that loading these entries brings along. */
function files(...names) {
  const found = new Set();
  const walk = (name) => {
    const chunk = manifest[name];
    if (!chunk || found.has(chunk.file)) return;
    found.add(chunk.file);
    for (const style of chunk.css ?? []) found.add(style);
    for (const next of chunk.imports ?? []) walk(next);
  };
  for (const name of names) walk(name);
  return found;
}
const sum = (found, end) =>
  [...found].filter((file) => file.endsWith(end)).reduce((total, file) => total + size(file), 0);

const words = ["src/i18n/en/index.ts", "src/i18n/zh/index.ts"].sort(
  (a, b) => sum(files(b), ".js") - sum(files(a), ".js"),
)[0];
const always = ["index.html", words];
const first = files(...always, "src/app/Shell.tsx", "src/screens/home/Home.tsx");
const rows = [
  ["sign-in", sum(files(...always, "src/screens/door/SignIn.tsx"), ".js"), SIGN_IN],
  ["first screen", sum(first, ".js"), FIRST_SCREEN],
  ["styles", size(manifest["style.css"].file), CSS],
];
for (const name of Object.keys(manifest)) {
  if (!name.startsWith("src/screens/") || !manifest[name].isDynamicEntry) continue;
  const more = [...files(name)].filter((file) => !first.has(file));
  rows.push([name.slice("src/screens/".length), sum(new Set(more), ".js"), MORE_PER_SCREEN]);
}

let over = false;
for (const [name, bytes, most] of rows) {
  const bad = bytes > most;
  over ||= bad;
  console.log(
    `${bad ? "OVER " : "     "}${name.padEnd(34)}${(bytes / KB).toFixed(1).padStart(7)} of ${most / KB} KB gzip`,
  );
}
if (over) process.exit(1);
