// Runs in the page before anything else (tools/boot.mjs puts it there, and `BOOT` before it): paints the frame of the
// screen that was asked for, with its title, and asks for the files it will need. The program takes over from there
// (src/app/arrived.ts).
(() => {
  const { words, files, screens } = BOOT;
  const root = document.documentElement;
  const chosen = localStorage.getItem("sluice-language");
  const zh = chosen ? chosen === "zh" : (navigator.languages[0] ?? "").toLowerCase().startsWith("zh");
  const text = words[zh ? "zh" : "en"];
  root.lang = zh ? "zh-CN" : "en";
  const path = location.pathname;
  const known = path !== "/sign-in" && path !== "/setup" && localStorage.getItem("sluice-signed-in") !== null;
  const screen = known ? screens[path] : path === "/setup" ? "Setup" : "SignIn";
  const needed = [...(files[zh ? "zh" : "en"] ?? []), ...(known ? files.Shell : []), ...(files[screen] ?? [])];
  for (const file of new Set(needed)) {
    const link = document.createElement("link");
    link.rel = "modulepreload";
    link.href = `/${file}`;
    document.head.append(link);
  }
  const box = document.getElementById("boot");
  const put = (parent, kind, className, content) => {
    const made = document.createElement(kind);
    if (className) made.className = className;
    if (content) made.textContent = content;
    parent.append(made);
    return made;
  };
  if (known) {
    globalThis.sluiceSession = fetch("/api/v1/session").catch(() => null);
    box.className = "boot-shell";
    const side = put(box, "div", "boot-side");
    put(side, "span", "boot-name", "Sluice");
    const rest = put(box, "div", "boot-rest");
    put(rest, "div", "boot-top");
    const page = put(rest, "div", "boot-page");
    const [title, hint] = text[screen] ?? [];
    // The browser's report of the largest paint keeps an id, also when what was painted is gone.
    put(page, "p", "boot-title", title).id = "boot-title";
    put(page, "p", "boot-hint", hint).id = "boot-hint";
  } else if (path !== "/setup") {
    box.className = "boot-door";
    const door = put(box, "div", "boot-box");
    put(door, "span", "boot-name boot-large", "Sluice");
    put(door, "p", "boot-title", text.SignIn[0]).id = "boot-title";
  }
})();
