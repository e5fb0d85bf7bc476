import { describe, expect, it } from "vitest";
import {
  bytesText,
  change,
  count,
  counted,
  decimal,
  halfWidth,
  joined,
  MISSING,
  NBSP,
  percent,
  plusMinus,
  scaled,
} from "./number";

const spaced = (text: string) => text.replaceAll(NBSP, " ");

describe("decimal", () => {
  it.each([
    [214.6, 4, "214.6"],
    [8.91, 3, "8.91"],
    [0.0512, 3, "0.0512"],
    [12345.678, 4, "12,346"],
    [1234567, 3, "1,234,567"],
    [0, 4, "0"],
    [-3.25, 3, "−3.25"],
  ])("%d with %d figures is %s", (value, figures, text) => {
    expect(decimal(value, figures)).toBe(text);
  });

  it("does not gain a figure where rounding adds a digit before the point", () => {
    expect(decimal(9.9996, 4)).toBe("10.00");
    expect(decimal(99.96, 3)).toBe("100");
  });

  it("shows a dash for what is not known", () => {
    for (const value of [null, undefined, Number.NaN, Number.POSITIVE_INFINITY])
      expect(decimal(value)).toBe(MISSING);
  });
});

describe("counts and sizes", () => {
  it("groups thousands", () => {
    expect(count(1234567)).toBe("1,234,567");
    expect(count(999)).toBe("999");
    expect(count(-1500)).toBe("−1,500");
  });

  it("agrees with its noun", () => {
    expect(counted(1, "run")).toBe("1 run");
    expect(counted(2000, "class", "classes")).toBe("2,000 classes");
  });

  it("takes decimal prefixes for bytes", () => {
    expect(spaced(bytesText(141_234_176))).toBe("141 MB");
    expect(spaced(bytesText(999))).toBe("999 B");
    expect(spaced(bytesText(1000))).toBe("1.00 kB");
  });

  it("goes to the next prefix where rounding would show 1,000", () => {
    expect(spaced(joined(scaled(999_700)))).toBe("1.00 M");
    expect(spaced(joined(scaled(7_750_000_000)))).toBe("7.75 G");
  });
});

describe("percent", () => {
  it.each([
    [0.583, "58.3 %"],
    [1, "100 %"],
    [0.0042, "0.42 %"],
    [0.00001, "< 0.01 %"],
    [0, "0 %"],
    [-0.12, "−12.0 %"],
  ])("%d is %s", (share, text) => {
    expect(spaced(percent(share))).toBe(text);
  });

  it("shows the direction of a change", () => {
    expect(spaced(change(0.031))).toBe("+3.1 %");
    expect(spaced(change(-0.031))).toBe("−3.1 %");
  });
});

describe("intervals", () => {
  it("are half their width", () => {
    expect(halfWidth([213.4, 215.8])).toBeCloseTo(1.2);
    expect(spaced(plusMinus([213.4, 215.8]))).toBe("± 1.2");
  });

  it("are nothing where there is none", () => {
    expect(plusMinus(null)).toBe("");
    expect(halfWidth([1])).toBeNull();
  });
});
