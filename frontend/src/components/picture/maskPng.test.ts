import { describe, expect, it } from "vitest";
import { labelsOf, readMask } from "./maskPng";

// Written by OpenCV 5 (cv2.imencode).
const EIGHT =
  "iVBORw0KGgoAAAANSUhEUgAAAAoAAAAGCAAAAADfm1AaAAAAK0lEQVQIHQXBgQEAMAyCMLD/nzxd4o4SZzUP3FFJ05tD89CFqkw3EK6I8wOjZxMQKx501wAAAABJRU5ErkJggg==";
const EIGHT_VALUES = [
  255, 2, 2, 0, 0, 2, 3, 2, 3, 1, 1, 3, 0, 0, 0, 1, 0, 3, 3, 1, 0, 2, 0, 2, 0, 3, 2, 3, 2, 2, 1, 3, 0, 0, 1,
  2, 1, 3, 3, 1, 1, 2, 2, 1, 2, 3, 2, 1, 1, 1, 0, 0, 3, 1, 1, 2, 2, 3, 2, 3,
];
const SIXTEEN =
  "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAEEAAAAADGNv1vAAAAJklEQVQIHVXBQQHAQAwEoSV6xr+967tgkyRdskmSLtkkSZe8t58Pt68Ft8NuAcYAAAAASUVORK5CYII=";

const bytes = (text: string) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0)).buffer;

describe("readMask", () => {
  it("reads 8 bits", async () => {
    const mask = await readMask(bytes(EIGHT));
    expect([mask.width, mask.height, mask.ignored]).toEqual([10, 6, 255]);
    expect([...mask.values]).toEqual(EIGHT_VALUES);
    expect(labelsOf(mask)).toEqual([
      { label: 1, pixels: EIGHT_VALUES.filter((value) => value === 2).length },
      { label: 0, pixels: EIGHT_VALUES.filter((value) => value === 1).length },
      { label: 2, pixels: EIGHT_VALUES.filter((value) => value === 3).length },
    ]);
  });

  it("reads all of 16 bits", async () => {
    const mask = await readMask(bytes(SIXTEEN));
    const line = [0, 300, 600, 900, 1200, 1500, 1800, 2100];
    expect([...mask.values]).toEqual([...line, ...line, ...line, ...Array(8).fill(65535)]);
    expect(labelsOf(mask).map(({ label }) => label)).toEqual([299, 599, 899, 1199, 1499, 1799, 2099]);
  });

  it("refuses what is no mask", async () => {
    await expect(readMask(new ArrayBuffer(40))).rejects.toThrow(/no PNG/);
    const colored = new Uint8Array(bytes(EIGHT));
    colored[25] = 2;
    await expect(readMask(colored.buffer)).rejects.toThrow(/one channel/);
  });
});
