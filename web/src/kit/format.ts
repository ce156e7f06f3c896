// Numbers, money and times as people read them. Money comes from the gateway as exact decimal text and stays text.
import type { Language } from "~/i18n";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export function integer(value: number, language: Language): string {
  return new Intl.NumberFormat(language).format(value);
}

/** 1,234 -> "1.2K": for places where the exact number is a hover away. */
export function compact(value: number, language: Language): string {
  if (Math.abs(value) < 10_000) return integer(value, language);
  return new Intl.NumberFormat(language === "zh" ? "zh" : "en", {
    notation: "compact",
    maximumFractionDigits: 1,
  }).format(value);
}

/** "200.000000000" -> "$200.00"; "0.000123" -> "$0.000123". No digit that says something is lost. */
export function dollars(text: string): string {
  const match = /^(-?)(\d+)(?:\.(\d*))?$/.exec(text.trim());
  if (!match) return text;
  const [, sign = "", whole = "0", fraction = ""] = match;
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  const digits = fraction.replace(/0+$/, "").padEnd(2, "0");
  return `${sign}$${grouped}.${digits}`;
}

/** What a person typed as dollars, ready to be sent: "$1,234.5" -> "1234.5". Only a comma between thousands goes: "12,5" is
 *  twelve and a half to many people, so it is left to be refused and never becomes 125. */
export function typedDollars(text: string): string {
  const bare = text.replace(/[\s$]/g, "");
  return /^[-+]?\d{1,3}(,\d{3})+(\.\d*)?$/.test(bare) ? bare.replaceAll(",", "") : bare;
}

/** Dollars in few characters: to the cent above one dollar, three significant digits below. */
export function shortDollars(text: string): string {
  const value = Number(text);
  if (!Number.isFinite(value)) return text;
  if (value === 0) return "$0";
  const size = Math.abs(value);
  if (size >= 1) return dollars(value.toFixed(2));
  const places = Math.max(4, Math.min(9, 2 - Math.floor(Math.log10(size))));
  // With its noughts, so that points stand below each other.
  return `${value < 0 ? "-" : ""}$${size.toFixed(places)}`;
}

/** 1234 ms -> "1.23 s". */
export function duration(ms: number): string {
  // Rounded first: 59.97 s are a minute, and 119.6 s are two.
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 9995) return `${(ms / 1000).toFixed(2)} s`;
  if (ms < MINUTE - 50) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

export function percent(part: number, whole: number, language: Language): string {
  const share = whole ? part / whole : 0;
  return new Intl.NumberFormat(language, {
    style: "percent",
    maximumFractionDigits: share > 0 && share < 0.1 ? 2 : 1,
  }).format(share);
}

/** The last moment of the calendar that the language has. The gateway takes later ones. */
const LAST_MS = 8_640_000_000_000_000;

/** A moment as machines write it. */
export function isoTime(ms: number): string {
  return new Date(Math.min(ms, LAST_MS)).toISOString();
}

export function dateTime(ms: number, language: Language): string {
  return new Intl.DateTimeFormat(language === "zh" ? "zh-CN" : "en-GB", {
    dateStyle: "medium",
    timeStyle: "medium",
  }).format(Math.min(ms, LAST_MS));
}

/** A time to the minute; the year only when it is not this one. */
export function moment(ms: number, language: Language): string {
  const other = new Date(ms).getFullYear() !== new Date().getFullYear();
  return new Intl.DateTimeFormat(language === "zh" ? "zh-CN" : "en-GB", {
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
    hour12: false,
    ...(other ? { year: "numeric" } : {}),
  }).format(ms);
}

export function clockTime(ms: number, language: Language): string {
  return new Intl.DateTimeFormat(language === "zh" ? "zh-CN" : "en-GB", {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hour12: false,
  }).format(ms);
}

export function dayName(ms: number, language: Language): string {
  return new Intl.DateTimeFormat(language === "zh" ? "zh-CN" : "en-GB", { day: "numeric", month: "short" }).format(ms);
}

/** The day at a fixed distance from UTC, which the clocks here may have had only for a part of the year. */
export function dayAt(ms: number, offsetMinutes: number, language: Language): string {
  const shape = { day: "numeric", month: "short", timeZone: "UTC" } as const;
  return new Intl.DateTimeFormat(language === "zh" ? "zh-CN" : "en-GB", shape).format(ms + offsetMinutes * MINUTE);
}

const STEPS: [number, Intl.RelativeTimeFormatUnit][] = [
  [365 * DAY, "year"],
  [30 * DAY, "month"],
  [DAY, "day"],
  [HOUR, "hour"],
  [MINUTE, "minute"],
  [1000, "second"],
];

/** "3 hours ago", "in 2 days". */
export function relative(ms: number, now: number, language: Language): string {
  const format = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  const distance = ms - now;
  for (const [size, unit] of STEPS) {
    if (Math.abs(distance) >= size) return format.format(Math.trunc(distance / size), unit);
  }
  return format.format(0, "second");
}
