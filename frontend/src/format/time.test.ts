import { describe, expect, it } from "vitest";
import { NBSP } from "./number";
import { age, ago, clock, date, dateTime, duration, microseconds, millisecondsText } from "./time";

const spaced = (text: string) => text.replaceAll(NBSP, " ");
const NOW = Date.parse("2026-03-09T12:00:00Z");
const past = (seconds: number) => new Date(NOW - seconds * 1000).toISOString();

describe("times of a measurement", () => {
  it.each([
    [8.912, "8.91 ms"],
    [312.4, "312 ms"],
    [12_340, "12.3 s"],
    [0.0421, "42.1 µs"],
    [0, "0 ms"],
  ])("%d ms is %s", (value, text) => {
    expect(spaced(millisecondsText(value))).toBe(text);
  });

  it("keeps layers in microseconds until they are long", () => {
    expect(spaced(microseconds(742))).toBe("742 µs");
    expect(spaced(microseconds(12_340))).toBe("12.3 ms");
  });
});

describe("clock and duration", () => {
  it.each([
    [38, "0:38"],
    [724, "12:04"],
    [3723, "1:02:03"],
    [-1, "0:00"],
  ])("%d s on a clock is %s", (value, text) => {
    expect(clock(value)).toBe(text);
  });

  it.each([
    [0.8, "0.8 s"],
    [9.97, "10 s"],
    [54.2, "54 s"],
    [200, "3 min 20 s"],
    [7500, "2 h 5 min"],
    [7200, "2 h"],
  ])("%d s in words is %s", (value, text) => {
    expect(spaced(duration(value))).toBe(text);
  });
});

describe("moments", () => {
  it.each([
    [3, "just now"],
    [300, "5 min ago"],
    [3 * 3600, "3 h ago"],
    [24 * 3600, "yesterday"],
    [3 * 24 * 3600, "3 days ago"],
  ])("%d s before is %s", (seconds, text) => {
    expect(spaced(ago(past(seconds), NOW))).toBe(text);
  });

  it("become dates after a week", () => {
    expect(ago(past(30 * 24 * 3600), NOW)).toMatch(/^2026-02-0\d$/);
  });

  it("are shorter in a narrow column", () => {
    expect(spaced(age(past(300), NOW))).toBe("5 min");
    expect(age(past(3), NOW)).toBe("now");
  });

  it("show a dash for what is none", () => {
    expect(date("nonsense")).toBe("–");
    expect(dateTime(null)).toBe("–");
    expect(ago(undefined)).toBe("–");
  });
});
