import { describe, expect, it } from "vitest";
import { escaped, powerText, rounded, tooltipLines } from "./axes";
import { faded } from "./colors";

describe("rounded", () => {
  it.each([
    [231.7, 250],
    [250, 250],
    [64, 80],
    [0.0123, 0.015],
    [9.1, 10],
    [0, 1],
  ])("%d goes up to %d", (value, top) => {
    expect(rounded(value)).toBeCloseTo(top, 10);
  });
});

describe("tooltips", () => {
  it("never pass on HTML from names", () => {
    expect(escaped('<img src=x onerror="a()">')).toBe("&lt;img src=x onerror=&quot;a()&quot;&gt;");
    expect(tooltipLines("<b>", ["a & b"])).toBe("<b>&lt;b&gt;</b><br>a &amp; b");
  });
});

describe("faded", () => {
  it("adds the opacity as a byte", () => {
    expect(faded("#0b5fd0", 1)).toBe("#0b5fd0ff");
    expect(faded("#0b5fd0", 0.08)).toBe("#0b5fd014");
  });
});

describe("powerText", () => {
  it.each([
    [0.01, "0.01"],
    [1000, "1000"],
    [1e-5, "10⁻⁵"],
    [1e12, "10¹²"],
  ])("%d is %s", (value, text) => {
    expect(powerText(value)).toBe(text);
  });
});
