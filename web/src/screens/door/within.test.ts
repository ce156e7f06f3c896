// @vitest-environment node
import { describe, expect, it, vi } from "vitest";
import { within } from "./within";

vi.stubGlobal("window", { location: { origin: "https://console.example" } });

describe("where to go after signing in", () => {
  it("is a page of this console", () => {
    expect(within("/logs?range=7d#x")).toBe("/logs?range=7d#x");
  });
  it("is never another site", () => {
    for (const next of [
      "https://evil.example",
      "//evil.example",
      "/\\evil.example",
      "/.//evil.example",
      "/x/..//evil.example",
      "javascript:alert(1)",
      undefined,
    ]) {
      expect(within(next)).toBe("/");
    }
  });
});
