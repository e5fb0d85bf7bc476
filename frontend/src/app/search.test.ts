import { describe, expect, it } from "vitest";
import { datasetSearch, jobsSearch, projectSearch, projectsSearch, rootSearch } from "./search";

const defined = (search: object) =>
  Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined));

describe("what an address means", () => {
  it("is taken when it is understood", () => {
    const search = projectSearch({
      tab: "details",
      run: "r1",
      x: "p99",
      limit: "12.5",
      types: ["Convolution", 3],
      status: "below_resolution",
      share: 0.5,
      where: ["gflops<5"],
      only: ["3", "x", 4],
      layer: 7,
      configure: true,
    });
    expect(defined(search)).toEqual({
      tab: "details",
      run: "r1",
      x: "p99",
      limit: 12.5,
      types: ["Convolution", "3"],
      status: "below_resolution",
      // Earlier addresses had a field of its own for the share.
      where: ["gflops<5", "share>0.5"],
      only: [3, 4],
      layer: 7,
      configure: true,
    });
  });

  it("is left out when it is not", () => {
    const search = projectSearch({
      tab: "nowhere",
      x: "p42",
      limit: "much",
      types: "Convolution",
      status: {},
      layer: "",
    });
    expect(defined(search)).toEqual({});
  });

  it("keeps names that look like numbers", () => {
    expect(projectsSearch({ q: 2017 }).q).toBe("2017");
    expect(rootSearch({ job: 12 }).job).toBe("12");
  });

  it("knows states and labels", () => {
    expect(projectsSearch({ state: "archived" }).state).toBe("archived");
    expect(jobsSearch({ state: "archived" }).state).toBeUndefined();
    expect(datasetSearch({ label: "0" }).label).toBe(0);
  });
});
