import { describe, expect, it } from "vitest";
import {
  compact,
  dateTime,
  dayAt,
  dollars,
  duration,
  isoTime,
  percent,
  relative,
  shortDollars,
  typedDollars,
} from "./format";

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
  it("is sent as it was meant", () => {
    expect(typedDollars(" $1,234,567.5 ")).toBe("1234567.5");
    expect(typedDollars("-1,000")).toBe("-1000");
    expect(typedDollars("0.000000001")).toBe("0.000000001");
  });
  it("is never made larger by a comma that parts no thousands", () => {
    for (const typed of ["12,5", "1.234,5", "0,05", "1,23,456", "1,2345"]) expect(typedDollars(typed)).toBe(typed);
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
    expect(duration(7_260_000)).toBe("2 h 1 min");
  });
  it("are rounded before they are given a unit", () => {
    expect(duration(999.7)).toBe("1.00 s");
    expect(duration(9_999)).toBe("10.0 s");
    expect(duration(59_970)).toBe("1 min 0 s");
    expect(duration(119_600)).toBe("2 min 0 s");
  });
  it("go to the end of the calendar and not beyond", () => {
    expect(isoTime(Number.MAX_SAFE_INTEGER)).toBe("+275760-09-13T00:00:00.000Z");
    expect(dateTime(Number.MAX_SAFE_INTEGER, "en")).toContain("275760");
  });
  it("never divide by nothing", () => expect(percent(0, 0, "en")).toBe("0%"));
  it("tell the distance from now", () => {
    expect(relative(0, 3 * 3_600_000, "en")).toBe("3 hours ago");
    expect(relative(2 * 86_400_000, 0, "en")).toBe("in 2 days");
    expect(relative(500, 0, "en")).toBe("now");
  });
});

it("names a day by the distance from UTC it was counted by, whatever the clocks had then", () => {
  expect(dayAt(Date.UTC(2026, 9, 24, 22), 120, "en")).toBe("25 Oct");
  expect(dayAt(Date.UTC(2026, 9, 25, 22), 120, "en")).toBe("26 Oct");
});
