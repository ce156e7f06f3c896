import { describe, expect, it } from "vitest";
import { milliseconds, readQuery, writeQuery } from "./query";
import { spanOf } from "./span";

describe("the query bar", () => {
  it("reads what it writes", () => {
    const filters = {
      status: "error",
      model: "my model",
      channel_id: 3,
      token_id: 4,
      user_id: 5,
      min_duration_ms: 1500,
      id: "req_1",
    };
    const written = writeQuery(filters);
    expect(written).toBe('status:error model:"my model" channel:3 token:4 user:5 took:>1500ms id:req_1');
    expect(readQuery(written)).toEqual({ filters, unknown: [] });
  });
  it("names every word it cannot read", () => {
    const { unknown } = readQuery("status:maybe model: chanel:3 user:x took:fast hello status:200");
    expect(unknown).toEqual(["status:maybe", "model:", "chanel:3", "user:x", "took:fast", "hello"]);
  });
  it("lifts the filters that were not typed", () => {
    expect(readQuery("").filters).toHaveProperty("status", undefined);
  });
  it("takes a pasted request id for what it is", () => {
    expect(readQuery("req_01m88b0sy2rczvhqh3xs9k2t8p").filters.id).toBe("req_01m88b0sy2rczvhqh3xs9k2t8p");
  });
  it("reads times with and without a unit", () => {
    expect(["2", ">2s", "500ms", ">=0.5s", "1m", "1h"].map(milliseconds)).toEqual([
      2000,
      2000,
      500,
      500,
      60_000,
      undefined,
    ]);
  });
});

describe("the span", () => {
  it("ends at the next whole minute, so that looking twice asks once", () => {
    const early = spanOf({ range: "1h" }, 60_001);
    expect(early).toEqual({ since_ms: 120_000 - 3_600_000, until_ms: 120_000, open: true });
    expect(spanOf({ range: "1h" }, 119_998)).toEqual(early);
  });
  it("is closed between two times", () => {
    expect(spanOf({ since_ms: 1, until_ms: 2, range: "7d" }, 99)).toEqual({ since_ms: 1, until_ms: 2, open: false });
  });
  it("falls back when the address asks for nonsense", () => {
    expect(spanOf({ range: "soon" }, 0).since_ms).toBe(60_000 - 86_400_000);
  });
});
