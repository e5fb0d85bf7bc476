import { describe, expect, it } from "vitest";
import { between, kept, opening, revealing, whole, zoomed } from "./camera";
import { boxSums, facts } from "./facts";
import { chain, graph, random } from "./graphs.fixture";
import { grid, within } from "./grid";
import { ungrouped } from "./groups";
import { fitted, sentence } from "./labels";
import { layOut } from "./layout";
import { NO_LINKS } from "./links";
import { minimapScales } from "./minimap";
import { boxAt, neighbour, STUB, scene } from "./scene";
import { byScope } from "./scopes";
import { BLOCK_SIZE, transformer } from "./synthetic.fixture";
import type { GraphDocument } from "./types";
import { layoutTask, OPEN, view } from "./view";
import { wire } from "./wiring";

function sceneOf(document: GraphDocument, all = false) {
  const wiring = wire(document);
  const grouping = all ? byScope(document, wiring) : ungrouped(document.nodes.length);
  const shown = view(grouping, new Set(grouping.groups.keys()), wiring);
  const known = facts(document, document.kind === "runtime" ? document : undefined, NO_LINKS);
  const sums = boxSums(shown.boxOf, shown.count, known.part);
  return scene({ document, view: shown, grouping, facts: known, sums }, layOut(layoutTask(shown)));
}

const screen = { width: 800, height: 600 };

describe("camera", () => {
  it("keeps the world under the pointer where it is while zooming", () => {
    const from = { x: 100, y: 50, scale: 0.8 };
    const at = { x: 300, y: 200 };
    const to = zoomed(from, 1.7, at, 0.01);
    expect(to.scale).toBeCloseTo(1.36);
    expect(to.x + at.x / to.scale).toBeCloseTo(from.x + at.x / from.scale);
    expect(to.y + at.y / to.scale).toBeCloseTo(from.y + at.y / from.scale);
    expect(zoomed(from, 1e9, at, 0.01).scale).toBe(2.5);
    expect(zoomed(from, 1e-9, at, 0.01).scale).toBe(0.01);
  });

  it("shows a whole graph in the middle, and never blows it up", () => {
    const camera = whole({ width: 8000, height: 1000 }, screen);
    expect(camera.scale).toBeCloseTo(752 / 8000);
    expect((4000 - camera.x) * camera.scale).toBeCloseTo(400);
    expect(whole({ width: 10, height: 10 }, screen).scale).toBe(1);
  });

  it("opens a long graph at its head, to be read", () => {
    const camera = opening({ width: 400, height: 600_000 }, screen, 200);
    expect(camera.scale).toBeGreaterThan(0.8);
    expect(camera.y).toBeLessThan(0);
    expect((200 - camera.x) * camera.scale).toBeCloseTo(400);
  });

  it("does not move to show what is seen, and centres what is not", () => {
    const camera = { x: 0, y: 0, scale: 1 };
    expect(revealing(camera, { x: 100, y: 100, width: 184, height: 40 }, screen)).toBe(camera);
    const moved = revealing(camera, { x: 5000, y: 100, width: 184, height: 40 }, screen);
    expect((5092 - moved.x) * moved.scale).toBeCloseTo(400);
  });

  it("does not lose the graph", () => {
    const graphSize = { width: 1000, height: 1000 };
    const lost = kept({ x: 1e6, y: -1e6, scale: 1 }, graphSize, screen);
    expect(lost.x).toBeLessThan(1000);
    expect(lost.y + 600).toBeGreaterThan(0);
  });

  it("moves along from one view to the other", () => {
    const [a, b] = [
      { x: 0, y: 0, scale: 0.1 },
      { x: 500, y: 900, scale: 1 },
    ];
    expect(between(a, b, 0)).toEqual(a);
    const end = between(a, b, 1);
    expect(end.x).toBeCloseTo(500);
    expect(end.scale).toBeCloseTo(1);
  });
});

describe("grid", () => {
  it("finds the same as looking at all, each once", () => {
    const next = random(3);
    const count = 600;
    const sides = Array.from({ length: 4 }, () => new Float32Array(count));
    const [left, top, right, bottom] = sides as [Float32Array, Float32Array, Float32Array, Float32Array];
    for (let i = 0; i < count; i++) {
      left[i] = next() * 5000 - 100;
      top[i] = next() * 90_000;
      right[i] = (left[i] as number) + (i % 50 === 0 ? 4000 : 184);
      bottom[i] = (top[i] as number) + (i % 60 === 0 ? 60_000 : 40);
    }
    const made = grid(left, top, right, bottom, 300);
    for (let round = 0; round < 40; round++) {
      const [x, y] = [next() * 5000 - 300, next() * 90_000 - 500];
      const size = round % 4 === 0 ? 100_000 : next() * 3000;
      const found: number[] = [];
      within(made, x, y, x + size, y + size, (item) => found.push(item));
      const all = [...left.keys()].filter((i) => {
        const [l, t, r, b] = [left[i], top[i], right[i], bottom[i]] as [number, number, number, number];
        return l <= x + size && r >= x && t <= y + size && b >= y;
      });
      expect(found.sort((a, b) => a - b)).toEqual(all);
    }
  });
});

describe("boxAt", () => {
  it("finds the box under a point, the innermost of nested ones", () => {
    const shown = sceneOf(transformer(2 * BLOCK_SIZE), true);
    const { layout, view: boxes } = shown;
    for (let box = 0; box < boxes.count; box++) {
      const [x, y] = [layout.x[box] as number, layout.y[box] as number];
      const inHeader = boxes.kind[box] === OPEN;
      const point = inHeader
        ? ([x + 20, y + 8] as const)
        : ([x + (layout.width[box] as number) / 2, y + (layout.height[box] as number) / 2] as const);
      expect(boxAt(shown, ...point)).toBe(box);
    }
    expect(boxAt(shown, -50, -50)).toBe(-1);
  });

  it("leads from the label of a cut edge to its producer", () => {
    const document = transformer(12 * BLOCK_SIZE);
    const shown = sceneOf(document);
    const [reader, [source]] = [...shown.cutInto][5] as [number, [number]];
    const x = (shown.layout.x[reader] as number) + STUB.x + 5;
    expect(boxAt(shown, x, (shown.layout.y[reader] as number) - 8)).toBe(source);
  });
});

describe("neighbour", () => {
  const shown = sceneOf(
    graph(5, [
      [0, 1],
      [0, 2],
      [1, 3],
      [2, 3],
      [3, 4],
    ]),
  );
  it("goes along edges and along the row", () => {
    const [left, right] = (shown.layout.x[1] as number) < (shown.layout.x[2] as number) ? [1, 2] : [2, 1];
    expect([1, 2]).toContain(neighbour(shown, 0, "down"));
    expect(neighbour(shown, left, "right")).toBe(right);
    expect(neighbour(shown, right, "left")).toBe(left);
    expect(neighbour(shown, left, "left")).toBe(-1);
    expect(neighbour(shown, 3, "down")).toBe(4);
    expect(neighbour(shown, 1, "up")).toBe(0);
    expect(neighbour(shown, 0, "up")).toBe(-1);
    expect(neighbour(shown, 4, "down")).toBe(-1);
  });

  it("reaches every node from the first by keys alone", () => {
    const all = sceneOf(transformer(3 * BLOCK_SIZE));
    const reached = new Set([0]);
    const queue = [0];
    for (const box of queue) {
      for (const direction of ["up", "down", "left", "right"] as const) {
        const next = neighbour(all, box, direction);
        if (next >= 0 && !reached.has(next)) {
          reached.add(next);
          queue.push(next);
        }
      }
    }
    expect(reached.size).toBe(all.view.count);
  });
});

describe("minimapScales", () => {
  it("fills the strip with a long graph, and does not blow a small one up", () => {
    const strip = { width: 64, height: 600 };
    const size = (totalWidth: number, totalHeight: number) =>
      minimapScales({ ...sceneOf(chain(["a"])).layout, totalWidth, totalHeight }, strip);
    expect(size(900, 600_000)).toEqual({ x: 64 / 900, y: 0.001 });
    const small = size(184, 40);
    expect(small.x).toBeLessThanOrEqual(64 / 184);
    expect(small.y).toBeLessThanOrEqual(0.2);
  });
});

describe("labels", () => {
  const measure = (text: string) => text.length * 10;
  it("cuts texts to their room at the end that tells less", () => {
    expect(fitted("Convolution", 200, measure)).toBe("Convolution");
    expect(fitted("Convolution", 60, measure)).toBe("Convo…");
    expect(fitted("encoder/layer/Add", 60, measure, "end")).toBe("…r/Add");
    expect(fitted("abc", 5, measure)).toBe("…");
    expect(fitted("x".repeat(1e6), 100, measure).length).toBe(10);
  });

  it("says where the keyboard is", () => {
    const runtime = transformer(BLOCK_SIZE, "runtime");
    const said = sentence(sceneOf(runtime), 10);
    const { type, name } = runtime.nodes[10] as { type: string; name: string };
    expect(said).toContain(`${type} ${name}`);
    expect(said).toMatch(/µs/);
    expect(said).toMatch(/1 input, \d+ consumers?/);
  });
});
