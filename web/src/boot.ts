// The first thing that runs: it asks for what the first screen will need while the rest is still being read.
import { MARK } from "./app/mark";
import { loadWords, preferredLanguage } from "./i18n";

export const firstWords = loadWords(preferredLanguage());

if (window.location.pathname !== "/setup") {
  void (localStorage.getItem(MARK) === null ? import("./screens/door/SignIn") : import("./app/Shell"));
}
