import { describe, expect, it } from "vitest";
import type { ProjectReading } from "../../api/types";
import { kindChoices } from "./kinds";

const reading = {
  complete: true,
  missing: [],
  reading: { task: "classification" },
} as unknown as ProjectReading;
const dataset = {
  name: "digits",
  annotated: true,
  tasks: ["classification" as const],
  format: "imagenet_folders" as const,
  checks: [{ check: "pictures", ok: true, detail: null }],
};
const model = { name: "net INT8", parent_id: "p" };
const toolchains = [{ name: "openvino-2023", state: "installed" as const }];
const reasons = (known: Parameters<typeof kindChoices>[0]) =>
  Object.fromEntries(kindChoices(known).map(({ kind, reason }) => [kind, reason]));

describe("which reports can be made", () => {
  it("allows all of them where nothing is lacking", () => {
    expect(Object.values(reasons({ reading, dataset, model, toolchains }))).toEqual([null, null, null, null]);
  });

  it("says what is lacking", () => {
    const found = reasons({
      reading: { ...reading, complete: false, missing: ["Say the labels."] },
      dataset,
      model: { ...model, parent_id: null },
      toolchains: [],
    });
    expect(found.annotations).toBe("Say the labels.");
    expect(found.parent_predictions).toMatch(/not made from another/);
    expect(found.tensor_distance).toMatch(/not made from another/);
    expect(found.accuracy_checker).toMatch(/not installed/);
  });

  it("wants annotations for the task, but not where the picture itself is the answer", () => {
    const bare = { ...dataset, annotated: false, tasks: [], format: "not_annotated" as const };
    expect(reasons({ reading, dataset: bare, model, toolchains }).annotations).toMatch(/no annotations/);
    const other = { ...dataset, tasks: ["object_detection" as const] };
    expect(reasons({ reading, dataset: other, model, toolchains }).annotations).toMatch(
      /serve object detection/,
    );
    const style = { ...reading, reading: { ...reading.reading, task: "style_transfer" as const } };
    expect(reasons({ reading: style, dataset: bare, model, toolchains }).annotations).toBeNull();
  });

  it("refuses noise for every kind, and generated pictures for none but annotations", () => {
    const pictures = { ...dataset, annotated: false, tasks: [], format: "generated" as const };
    const checks = [...dataset.checks, { check: "real pictures", ok: false, detail: "synthetic noise" }];
    const noise = Object.values(reasons({ reading, dataset: { ...pictures, checks }, model, toolchains }));
    expect(noise).toEqual(Array(4).fill("'digits' is made of noise, for benchmarks only."));
    const found = reasons({ reading, dataset: pictures, model, toolchains });
    expect(found.parent_predictions).toBeNull();
    expect(found.annotations).toMatch(/no annotations/);
  });

  it("refuses nothing while it is not known", () => {
    const found = reasons({
      reading: undefined,
      dataset: undefined,
      model: undefined,
      toolchains: undefined,
    });
    expect(Object.values(found)).toEqual([null, null, null, null]);
  });
});
