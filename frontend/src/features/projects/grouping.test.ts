import { describe, expect, it } from "vitest";
import type { Project } from "../../api/types";
import { grouped, nested } from "./grouping";

function project(id: string, model: string | null, parent: string | null = null): Project {
  return {
    id,
    name: id,
    model:
      model === null
        ? null
        : { id: model, name: model, task: "classification", precision: "FP16", size_bytes: 1 },
    dataset: null,
    target: null,
    device: "CPU",
    device_full_name: null,
    precision: null,
    parent_id: parent,
    state: "ready",
    missing: [],
    best: null,
    run_count: 0,
    last_job_id: null,
    created_at: "2026-03-09T12:00:00Z",
  };
}

const shape = (rows: ReturnType<typeof grouped>) =>
  rows.map((row) =>
    row.kind === "group" ? `# ${row.name} ${row.count}` : `${" ".repeat(row.depth)}${row.project.id}`,
  );

describe("nested", () => {
  it("puts children after their parent, whatever the order", () => {
    const rows = nested([project("child", "b", "parent"), project("other", "c"), project("parent", "a")]);
    expect(rows.map(({ project: { id }, depth }) => [id, depth])).toEqual([
      ["other", 0],
      ["parent", 0],
      ["child", 1],
    ]);
  });

  it("lets a child whose parent is not there stand alone", () => {
    expect(nested([project("child", "b", "elsewhere")])).toMatchObject([{ depth: 0 }]);
  });

  it("loses nothing in a circle", () => {
    expect(nested([project("a", "m", "b"), project("b", "m", "a")])).toHaveLength(2);
  });
});

describe("grouped", () => {
  it("has one group for each model, in order of first appearance, children with their parents", () => {
    const rows = grouped([
      project("p1", "yolo"),
      project("p2", "resnet"),
      project("p1-int8", "yolo INT8", "p1"),
      project("p3", "yolo"),
    ]);
    expect(shape(rows)).toEqual(["# yolo 3", "p1", " p1-int8", "p3", "# resnet 1", "p2"]);
  });

  it("groups what lost its model", () => {
    expect(shape(grouped([project("p", null)]))).toEqual(["# model deleted 1", "p"]);
  });
});
