import { describe, expect, it } from "vitest";
import { configurationText, deviceChoices, emptyForm, formProblem, wantedOf } from "./packageForm";

const device = (name: string) => ({ name, full_name: `the ${name}` });
const target = (...names: string[]) => ({ devices: names.map(device), unavailable: [] });

describe("deviceChoices", () => {
  it("has the devices of the machine first, then what it lacks", () => {
    const found = deviceChoices(target("CPU", "GPU.0"), "CPU");
    expect(found.map(({ name, here }) => [name, here])).toEqual([
      ["CPU", true],
      ["GPU.0", true],
      ["GPU", true],
      ["NPU", false],
      ["AUTO", true],
    ]);
  });

  it("has the project's own device, whatever it is", () => {
    const [first] = deviceChoices(target("CPU"), "HETERO:GPU,CPU");
    expect(first).toEqual({ name: "HETERO:GPU,CPU", about: "the project's device", here: false });
    expect(deviceChoices(target("CPU", "GPU"), "MULTI:GPU(2),CPU")[0]?.here).toBe(true);
  });

  it("does with a target that is not known yet", () => {
    expect(deviceChoices(undefined, "CPU").map(({ name }) => name)).toEqual(["CPU", "GPU", "NPU", "AUTO"]);
  });
});

describe("formProblem", () => {
  const form = emptyForm({ device: "CPU" });

  it("takes the form as it is at first", () => {
    expect(formProblem(form)).toBeNull();
  });

  it.each([
    [{ name: "-x" }, /begin with/],
    [{ devices: [] }, /device/],
    [{ samples: "" as const }, /1 and 100/],
    [{ samples: 101 }, /1 and 100/],
    [{ model: false, runtime: false, python: false, cpp: false }, /goes in/],
  ])("tells what is wrong with %o", (change, told) => {
    expect(formProblem({ ...form, ...change })).toMatch(told);
  });
});

describe("wantedOf", () => {
  it("asks for what the form holds", () => {
    const form = { ...emptyForm({ device: "GPU" }), name: " box ", run: "r1", fold: false, samples: 9 };
    expect(wantedOf(form)).toMatchObject({
      kind: "deployment",
      name: "box",
      devices: ["GPU"],
      run_id: "r1",
      fold_preprocessing: false,
      samples: 9,
    });
  });

  it("leaves the choice to the server where nothing was chosen", () => {
    expect(wantedOf(emptyForm({ device: "CPU" }))).toMatchObject({
      name: null,
      run_id: null,
      configuration: null,
    });
  });
});

describe("configurationText", () => {
  it("has units and no empty parts", () => {
    const none = { hint: "none", api: "async" } as const;
    expect(configurationText({ ...none, streams: 2, batch: 4, precision: "bf16" })).toBe(
      "2 streams, batch 4, in bf16",
    );
    expect(configurationText({ hint: "cumulative_throughput", api: "sync" })).toBe(
      "cumulative throughput hint, one request after another",
    );
    expect(configurationText(none)).toBe("");
  });
});
