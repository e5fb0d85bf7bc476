import { describe, expect, it } from "vitest";
import { placeOf, yamlText } from "./yamlText";

describe("a reading as YAML", () => {
  it("nests, and keeps lists of numbers in one line", () => {
    const reading = {
      task: "object_detection",
      image_input: null,
      preprocessing: { color: "RGB", mean: [1.5, 2, 3] },
      decoding: { family: "yolo_anchors", anchors: [[1, 2]], nms_across_classes: false },
    };
    expect(yamlText(reading)).toBe(
      [
        "task: object_detection",
        "image_input: null",
        "preprocessing:",
        "  color: RGB",
        "  mean: [1.5, 2, 3]",
        "decoding:",
        "  family: yolo_anchors",
        "  anchors: [[1, 2]]",
        "  nms_across_classes: false",
        "",
      ].join("\n"),
    );
  });

  it("quotes what would be read as something else", () => {
    expect(yamlText({ a: "no", b: "0..255", c: "x: y", d: "", e: ["on", "a, b"] })).toBe(
      'a: "no"\nb: "0..255"\nc: "x: y"\nd: ""\ne: ["on", "a, b"]\n',
    );
  });

  it("writes lists of fields below each other", () => {
    expect(
      yamlText({
        priors: [
          { height: 2, sizes: [[1, 2]] },
          { height: 3, sizes: [] },
        ],
      }),
    ).toBe("priors:\n- height: 2\n  sizes: [[1, 2]]\n- height: 3\n  sizes: []\n");
  });

  it("finds a line and column", () => {
    const text = "a: 1\nbc: 2\n";
    expect(placeOf(text, 1, 1)).toBe(0);
    expect(placeOf(text, 2, 3)).toBe(7);
    expect(placeOf(text, 1, 99)).toBe(4);
    expect(placeOf(text, 99, 1)).toBe(text.length);
  });
});
