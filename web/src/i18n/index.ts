// The console's words. A language is a folder of JSON files, loaded when it is chosen; `Key` is every dotted path into
// the English ones, so a key that does not exist does not compile. tests/console/test_texts.py compares the languages.
import { createContext, type ReactNode, useContext } from "react";
import type { English } from "./en";

type Paths<T> = {
  [K in keyof T & string]: T[K] extends string ? K : `${K}.${Paths<T[K]>}`;
}[keyof T & string];

export type Key = Paths<English>;
/** A key whose text depends on a number: the forms are `key.one` and `key.other` (Intl.PluralRules). */
export type PluralKey = Extract<Key, `${string}.other`> extends `${infer Base}.other` ? Base : never;
export type Language = "en" | "zh";
export type Values = Record<string, string | number>;
type Tree = { [key: string]: string | Tree };

export const LANGUAGES: Record<Language, string> = { en: "English", zh: "简体中文" };
const STORED = "sluice-language";

export interface Words {
  language: Language;
  /** The text of a key, its {places} filled. */
  t: (key: Key, values?: Values) => string;
  /** The text of a key in the plural form of `count`, which also fills {count}. */
  n: (key: PluralKey, count: number, values?: Values) => string;
  /** Like `t`, with elements in its places. */
  rich: (key: Key, values: Record<string, ReactNode>) => ReactNode[];
  /** The text of a key made at run time (an error code), or undefined. */
  find: (key: string, values?: Values) => string | undefined;
}

const LOADERS: Record<Language, () => Promise<{ default: Tree }>> = {
  en: () => import("./en"),
  zh: () => import("./zh"),
};

/** The language the person chose, or else the browser's. */
export function preferredLanguage(): Language {
  const stored = localStorage.getItem(STORED);
  if (stored === "en" || stored === "zh") return stored;
  return navigator.languages.some((tag) => tag.toLowerCase().startsWith("zh")) &&
    navigator.languages[0]?.toLowerCase().startsWith("zh")
    ? "zh"
    : "en";
}

export async function loadWords(language: Language): Promise<Words> {
  const { default: tree } = await LOADERS[language]();
  localStorage.setItem(STORED, language);
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  return makeWords(language, tree);
}

export function makeWords(language: Language, tree: Tree): Words {
  const plural = new Intl.PluralRules(language);
  const number = new Intl.NumberFormat(language);
  const look = (key: string): string | undefined => {
    let node: string | Tree | undefined = tree;
    for (const step of key.split(".")) node = typeof node === "object" ? node[step] : undefined;
    return typeof node === "string" ? node : undefined;
  };
  const fill = (text: string, values: Values = {}) =>
    text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
  return {
    language,
    t: (key, values) => fill(look(key) ?? key, values),
    n: (key, count, values) => {
      const text = look(`${key}.${plural.select(count)}`) ?? look(`${key}.other`) ?? key;
      return fill(text, { count: number.format(count), ...values });
    },
    rich: (key, values) =>
      (look(key) ?? key).split(/(\{\w+\})/).map((part) => (/^\{\w+\}$/.test(part) ? values[part.slice(1, -1)] : part)),
    find: (key, values) => {
      const text = look(key);
      return text === undefined ? undefined : fill(text, values);
    },
  };
}

export const WordsContext = createContext<{ words: Words; choose: (language: Language) => void } | null>(null);

export function useLanguage(): { language: Language; choose: (language: Language) => void } {
  const context = useContext(WordsContext);
  if (!context) throw new Error("outside of WordsContext");
  return { language: context.words.language, choose: context.choose };
}

/** The words of the language in use. */
export function useWords(): Words {
  const context = useContext(WordsContext);
  if (!context) throw new Error("outside of WordsContext");
  return context.words;
}
