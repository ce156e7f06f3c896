import { expect, it } from "vitest";
import { makeWords } from ".";

const words = makeWords("en", { a: { one: "{count} row of {name}", other: "{count} rows" }, b: "x {y} z" });

it("fills places, chooses plurals and leaves unknown places to be seen", () => {
  const { find, n, rich } = words;
  expect(n("a" as never, 1, { name: "t" })).toBe("1 row of t");
  expect(n("a" as never, 1234)).toBe("1,234 rows");
  expect(find("b")).toBe("x {y} z");
  expect(find("b", { y: 1 })).toBe("x 1 z");
  expect(find("no.such.key")).toBeUndefined();
  expect(rich("b" as never, { y: null })).toEqual(["x ", null, " z"]);
});
