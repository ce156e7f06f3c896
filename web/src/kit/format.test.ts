import { describe, expect, it } from "vitest";
import { compact, dollars, duration, percent, relative, shortDollars } from "./format";

describe("money", () => {
  it("loses no digit that says something", () => {
    expect(dollars("200.000000000")).toBe("$200.00");
    expect(dollars("0.000123")).toBe("$0.000123");
    expect(dollars("1234567.5")).toBe("$1,234,567.50");
    expect(dollars("-0.000000001")).toBe("-$0.000000001");
    expect(dollars("12")).toBe("$12.00");
  });
  it("leaves alone what is no amount", () => expect(dollars("n/a")).toBe("n/a"));
  it("is short where there is little room", () => {
    expect(shortDollars("0")).toBe("$0");
    expect(shortDollars("83.9412")).toBe("$83.94");
    expect(shortDollars("0.0252345")).toBe("$0.0252");
    expect(shortDollars("0.000000001")).toBe("$0.000000001");
  });
});

describe("numbers and times", () => {
  it("are exact while they are small", () => {
    expect(compact(9999, "en")).toBe("9,999");
    expect(compact(12_700_000, "en")).toBe("12.7M");
    expect(compact(12_100, "zh")).toBe("1.2万");
  });
  it("have the unit people think in", () => {
    expect(duration(999)).toBe("999 ms");
    expect(duration(1820)).toBe("1.82 s");
    expect(duration(75_000)).toBe("1 min 15 s");
  });
  it("never divide by nothing", () => expect(percent(0, 0, "en")).toBe("0%"));
  it("tell the distance from now", () => {
    expect(relative(0, 3 * 3_600_000, "en")).toBe("3 hours ago");
    expect(relative(2 * 86_400_000, 0, "en")).toBe("in 2 days");
    expect(relative(500, 0, "en")).toBe("now");
  });
});
