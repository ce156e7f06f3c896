// A Vite plugin: into the built page goes a small script (boot.js) that paints a screen's frame and title and asks for the
// screen's files at once, before the program itself is there.
import { readFileSync } from "node:fs";

const SCREENS = {
  "/": ["Home", "home", "nav.home", "home.hint"],
  "/start": ["Start", "start", "start.title", "start.hint"],
  "/playground": ["Playground", "playground", "nav.playground", "playground.hint"],
  "/tokens": ["Tokens", "tokens", "nav.tokens", "tokens.hint"],
  "/prices": ["Prices", "prices", "nav.prices", "prices.hint"],
  "/logs": ["Logs", "logs", "nav.logs", "logs.hint"],
  "/health": ["Health", "health", "nav.health", "health.hint"],
  "/channels": ["Channels", "channels", "nav.channels", "channels.hint"],
  "/routing": ["Routing", "routing", "nav.routing", "routing.hint"],
  "/users": ["Users", "users", "nav.users", "users.hint"],
  "/settings": ["Settings", "settings", "nav.settings", "settings.hint"],
  "/sign-in": ["SignIn", "door", "door.signIn", null],
};

function word(language, key) {
  if (!key) return "";
  const [file, ...steps] = key.split(".");
  let node = JSON.parse(readFileSync(new URL(`../src/i18n/${language}/${file}.json`, import.meta.url), "utf8"));
  for (const step of steps) node = node?.[step];
  if (typeof node !== "string") throw new Error(`there is no text ${key} in ${language}`);
  return node;
}

const words = (language) =>
  Object.fromEntries(
    Object.values(SCREENS).map(([screen, , title, hint]) => [screen, [word(language, title), word(language, hint)]]),
  );

/** The script files that come with an entry, but for those the page names itself. */
function filesOf(bundle, entry, skip) {
  const chunks = Object.values(bundle).filter((one) => one.type === "chunk");
  const found = new Set();
  const walk = (chunk) => {
    if (!chunk || found.has(chunk.fileName) || skip.has(chunk.fileName)) return;
    found.add(chunk.fileName);
    for (const name of chunk.imports) walk(bundle[name]);
  };
  walk(chunks.find((chunk) => chunk.facadeModuleId?.endsWith(entry)));
  if (found.size === 0) throw new Error(`${entry} is no file of its own any more`);
  return [...found];
}

export function boot() {
  return {
    name: "boot",
    transformIndexHtml: {
      order: "post",
      handler(html, { bundle }) {
        if (!bundle) return html.replace("<!--boot-->", "").replace("<!--font-->", "");
        const main = Object.values(bundle).find((one) => one.type === "chunk" && one.isEntry);
        const skip = new Set([main.fileName, ...main.imports]);
        const files = { Shell: filesOf(bundle, "/src/app/Shell.tsx", skip) };
        for (const language of ["en", "zh"]) files[language] = filesOf(bundle, `/src/i18n/${language}/index.ts`, skip);
        for (const [screen, folder] of [...Object.values(SCREENS), ["Setup", "door"]])
          files[screen] = filesOf(bundle, `/src/screens/${folder}/${screen}.tsx`, skip);
        const screens = Object.fromEntries(Object.entries(SCREENS).map(([path, [screen]]) => [path, screen]));
        const data = JSON.stringify({ words: { en: words("en"), zh: words("zh") }, files, screens });
        const script = readFileSync(new URL("./boot.js", import.meta.url), "utf8").replace(/^\/\/.*\n/gm, "");
        // The text of the frame is then painted once, in the font it keeps: `font-display: optional` in app/fonts.css.
        const font = Object.keys(bundle).find((name) => /inter-latin-wght-normal.*\.woff2$/.test(name));
        if (!font) throw new Error("the font of the first paint is not in the build");
        const early = `<link rel="preload" as="font" type="font/woff2" crossorigin href="/${font}">`;
        const tag = `<script nonce="__NONCE__">const BOOT = ${data.replaceAll("<", "\\u003c")};\n${script}</script>`;
        return html.replace("<!--font-->", early).replace("<!--boot-->", () => tag);
      },
    },
  };
}
