import { describe, expect, it } from "vitest";
import { modelFilesHint, nameProblem } from "./names";

describe("nameProblem", () => {
  it.each(["yolox_nano", "Größe 3", "a.b,c (d) [e] + - @ = ·", "1"])("accepts %s", (name) => {
    expect(nameProblem(name)).toBeNull();
  });

  it.each(["_hidden", "../up", "a/b", "x".repeat(101), "-x"])("says why %s is refused", (name) => {
    expect(nameProblem(name)).not.toBeNull();
  });

  it("leaves an empty name to the server", () => {
    expect(nameProblem("  ")).toBeNull();
  });
});

describe("modelFilesHint", () => {
  it("says nothing when all is there", () => {
    expect(modelFilesHint(["m.xml", "m.bin"])).toBeNull();
    expect(modelFilesHint(["m.onnx"])).toBeNull();
    expect(modelFilesHint(["set/saved_model.pb", "set/variables/variables.index"])).toBeNull();
    expect(modelFilesHint([])).toBeNull();
  });

  it("names what is missing", () => {
    expect(modelFilesHint(["m.xml"])).toMatch(/\.bin/);
    expect(modelFilesHint(["m.bin"])).toMatch(/\.xml/);
    expect(modelFilesHint(["m.pdmodel"])).toMatch(/\.pdiparams/);
  });

  it("names the framework that a file needs", () => {
    expect(modelFilesHint(["net.PT"])).toMatch(/PyTorch/);
    expect(modelFilesHint(["notes.txt"])).toMatch(/known model file/);
  });
});
