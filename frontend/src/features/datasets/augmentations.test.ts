import { describe, expect, it } from "vitest";
import {
  augmentationProblems,
  augmentationsOf,
  NO_AUGMENTATIONS,
  numbersOf,
  picturesPerOriginal,
  QUALITY_LIMITS,
  ROTATION_LIMITS,
} from "./augmentations";

describe("numbersOf", () => {
  it("reads lists as people write them, each number once", () => {
    expect(numbersOf("-15, 15;90  15", ROTATION_LIMITS)).toEqual([-15, 15, 90]);
    expect(numbersOf("\u221230", ROTATION_LIMITS)).toEqual([-30]);
    expect(numbersOf("  ", ROTATION_LIMITS)).toEqual([]);
  });

  it("says what cannot be read", () => {
    expect(numbersOf("15, many", ROTATION_LIMITS)).toMatch(/"many" is no number/);
    expect(numbersOf("181", ROTATION_LIMITS)).toMatch(/between -180 and 180/);
    expect(numbersOf("50.5", QUALITY_LIMITS)).toMatch(/not whole/);
    expect(numbersOf("1 2 3 4 5 6 7 8 9 10 11", QUALITY_LIMITS)).toMatch(/At most 10/);
  });
});

describe("augmentationsOf", () => {
  it("makes shares of percents and pairs of presets", () => {
    const body = augmentationsOf({
      ...NO_AUGMENTATIONS,
      flipHorizontal: true,
      erase: { on: true, percent: 7, images: 3 },
      light: ["1.2 0.8", "0.8 1"],
      rotations: "90",
      qualities: "30, 50",
      seed: 7,
    });
    expect(body).toEqual({
      seed: 7,
      flip_horizontal: true,
      flip_vertical: false,
      erase: { share: 0.07, images: 3 },
      noise: null,
      light: [
        { brightness: 1.2, contrast: 0.8 },
        { brightness: 0.8, contrast: 1 },
      ],
      rotations_deg: [90],
      blur_sigmas: [],
      jpeg_qualities: [30, 50],
    });
    expect(picturesPerOriginal(body)).toBe(1 + 1 + 3 + 2 + 1 + 2);
  });

  it("makes nothing but the original when nothing is asked for", () => {
    expect(picturesPerOriginal(augmentationsOf(NO_AUGMENTATIONS))).toBe(1);
  });
});

describe("augmentationProblems", () => {
  it("looks only at what is on", () => {
    const odd = { on: false, percent: 90, images: 99 };
    expect(augmentationProblems({ ...NO_AUGMENTATIONS, erase: odd, noise: odd })).toEqual({});
    expect(
      Object.keys(augmentationProblems({ ...NO_AUGMENTATIONS, noise: { ...odd, on: true }, seed: "" })),
    ).toEqual(["noisePercent", "noiseImages", "seed"]);
  });
});
