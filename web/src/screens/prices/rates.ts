// The rates a price can have, in the order people ask for them, and the unit each is given in.
import type { Api } from "~/api/client";

export type RateName = Exclude<keyof Api<"RatesIn">, "tiers">;
/** As the gateway shows them: dollars as text. */
export type Rates = { [Name in RateName]?: string } & { tiers?: Record<string, string | number>[] };
export type Unit = "million" | "each" | "second";

export const RATES: [RateName, Unit][] = [
  ["input", "million"],
  ["output", "million"],
  ["cached_input", "million"],
  ["cached_input_audio", "million"],
  ["cache_write", "million"],
  ["cache_write_1h", "million"],
  ["reasoning", "million"],
  ["input_audio", "million"],
  ["output_audio", "million"],
  ["input_image", "million"],
  ["output_image", "million"],
  ["character", "million"],
  ["audio_second", "second"],
  ["image", "each"],
  ["search", "each"],
  ["request", "each"],
  ["batch_input", "million"],
  ["batch_output", "million"],
  ["batch_cached_input", "million"],
  ["training", "million"],
];

/** The rates every form shows; the others are folded away. */
export const MAIN = 3;

export const ORIGINS = ["catalog", "config", "admin", "import"] as const;
