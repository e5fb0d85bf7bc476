import { describe, expect, it } from "vitest";
import { chain, graph, random } from "./graphs.fixture";
import { ungrouped } from "./groups";
import { settle, weightedMedian } from "./layered";
import { type Layout, LINE_INSIDE, layOut } from "./layout";
import { CUT, DOWN, HUB_CONSUMERS, ranks, UP } from "./ranks";
import { byScope } from "./scopes";
import { BLOCK_SIZE, transformer } from "./synthetic.fixture";
import type { GraphDocument } from "./types";
import { layoutTask, OPEN, type View, view } from "./view";
import { wire } from "./wiring";

function laidOut(document: GraphDocument) {
  const shown = view(ungrouped(document.nodes.length), new Set(), wire(document));
  return { shown, layout: layOut(layoutTask(shown)) };
}

/** No two boxes of one container have a point in common. */
function overlaps({ kind, parent, count }: View, { x, y, width, height }: Layout): number {
  const order = Array.from({ length: count }, (_, box) => box).sort(
    (a, b) => (y[a] as number) - (y[b] as number),
  );
  let found = 0;
  for (let i = 0; i < count; i++) {
    const a = order[i] as number;
    for (let k = i + 1; k < count; k++) {
      const b = order[k] as number;
      if ((y[b] as number) >= (y[a] as number) + (height[a] as number)) break;
      if (parent[a] !== parent[b]) continue;
      const apart =
        (x[a] as number) + (width[a] as number) <= (x[b] as number) + 0.01 ||
        (x[b] as number) + (width[b] as number) <= (x[a] as number) + 0.01;
      if (!apart) found++;
    }
  }
  expect(kind.length).toBe(count);
  return found;
}

/** Edges from lower to higher numbers, a few of them from long ago. */
function randomGraph(count: number, seed: number): GraphDocument {
  const next = random(seed);
  const edges: [number, number][] = [];
  for (let to = 1; to < count; to++) {
    for (let i = 0; i < 1 + next() * 2; i++) {
      const back = next() < 0.1 ? next() * to : Math.min(to, 1 + next() * 6);
      edges.push([Math.max(0, to - 1 - Math.floor(back)), to]);
    }
  }
  return graph(count, edges);
}

describe("layOut", () => {
  it("puts every consumer below its producers, and no box on another", () => {
    for (const seed of [1, 2, 3, 4]) {
      const document = randomGraph(250, seed);
      const { shown, layout } = laidOut(document);
      const { from, to } = shown.edges;
      const below = [...from].filter((a, edge) => {
        return (
          (layout.y[a] as number) + (layout.height[a] as number) < (layout.y[to[edge] as number] as number)
        );
      });
      expect(below.length).toBe(from.length);
      expect(overlaps(shown, layout)).toBe(0);
    }
  });

  it("starts and ends every line at its boxes, and never goes up on the way", () => {
    const { layout } = laidOut(randomGraph(120, 9));
    for (let line = 0; line + 1 < layout.offsets.length; line++) {
      const points = layout.points.subarray(layout.offsets[line], layout.offsets[line + 1]);
      const [a, b] = [layout.lineFrom[line] as number, layout.lineTo[line] as number];
      expect(points[1]).toBeCloseTo((layout.y[a] as number) + (layout.height[a] as number), 2);
      expect(points[points.length - 1]).toBeCloseTo(layout.y[b] as number, 2);
      expect(points[0]).toBeGreaterThanOrEqual(layout.x[a] as number);
      expect(points[0]).toBeLessThanOrEqual((layout.x[a] as number) + (layout.width[a] as number));
      for (let i = 3; i < points.length; i += 2) {
        expect(points[i] as number).toBeGreaterThanOrEqual(points[i - 2] as number);
      }
    }
  });

  it("does not run a line through a box", () => {
    const { shown, layout } = laidOut(randomGraph(150, 4));
    let crossed = 0;
    let looked = 0;
    for (let line = 0; line + 1 < layout.offsets.length; line++) {
      const points = layout.points.subarray(layout.offsets[line], layout.offsets[line + 1]);
      // Pieces that pass a row are straight down: from an even point to the odd one after it.
      for (let i = 2; i + 3 < points.length; i += 4) {
        const [x, top, bottom] = [points[i] as number, points[i + 1] as number, points[i + 3] as number];
        for (let box = 0; box < shown.count; box++) {
          const inside =
            x > (layout.x[box] as number) &&
            x < (layout.x[box] as number) + (layout.width[box] as number) &&
            bottom > (layout.y[box] as number) &&
            top < (layout.y[box] as number) + (layout.height[box] as number);
          looked++;
          if (inside) crossed++;
        }
      }
    }
    expect(looked).toBeGreaterThan(10_000);
    expect(crossed).toBe(0);
  });

  it("draws a chain straight down", () => {
    const { layout } = laidOut(chain(["a", "b", "c", "d"]));
    expect(new Set(layout.x).size).toBe(1);
    expect([...layout.rank]).toEqual([0, 1, 2, 3]);
  });

  it("keeps the residual line of a deep transformer straight: it does not drift sideways", () => {
    const { layout } = laidOut(transformer(2000));
    expect(layout.totalWidth).toBeLessThan(8 * 184);
  });

  it("is the same every time", () => {
    const document = randomGraph(300, 7);
    const [first, second] = [laidOut(document).layout, laidOut(document).layout];
    expect(second.x).toEqual(first.x);
    expect(second.y).toEqual(first.y);
    expect(second.points).toEqual(first.points);
  });

  it("cuts the edges of hubs to labels at both ends, and draws the near ones", () => {
    const document = transformer(12 * BLOCK_SIZE);
    const mask = document.nodes.findIndex(({ name }) => name === "attention_mask");
    const { layout, shown } = laidOut(document);
    const cutByMask = [...layout.cutTo].filter((_, i) => layout.cutFrom[i] === mask);
    const drawn = [...layout.lineTo].filter((_, i) => layout.lineFrom[i] === mask);
    expect(cutByMask.length + drawn.length).toBe(12);
    expect(drawn.length).toBe(1);
    expect(shown.edges.from.length).toBe(layout.lineFrom.length + layout.cutFrom.length);
  });

  it("takes graphs without nodes, with one, and without edges", () => {
    expect(laidOut(graph(0, [])).layout.x.length).toBe(0);
    const one = laidOut(graph(1, [])).layout;
    expect([one.x[0], one.y[0], one.totalWidth, one.totalHeight]).toEqual([0, 0, 184, 40]);
    const loose = laidOut(graph(500, []));
    expect(overlaps(loose.shown, loose.layout)).toBe(0);
    // Not one endless row.
    expect(loose.layout.totalWidth).toBeLessThan(5000);
  });

  it("takes hostile graphs: cycles, self loops, edges to nowhere, everything reading everything", () => {
    const looped = graph(4, [
      [0, 0],
      [0, 1],
      [1, 2],
      [2, 0],
      [3, 3],
      [2, 3],
      [9, 1],
      [-1, 2],
      [0.5, 2],
    ]);
    const { shown, layout } = laidOut(looped);
    expect(shown.edges.from.length).toBe(4);
    expect(overlaps(shown, layout)).toBe(0);
    expect([...layout.lineKind].filter((kind) => kind === UP).length).toBe(1);

    const all: [number, number][] = [];
    for (let a = 0; a < 150; a++) for (let b = 0; b < 150; b++) all.push([a, b]);
    const dense = laidOut(graph(150, all));
    expect(overlaps(dense.shown, dense.layout)).toBe(0);
    expect(dense.layout.lineFrom.length + dense.layout.cutFrom.length).toBe(150 * 149);

    const wide = graph(
      3000,
      Array.from({ length: 2998 }, (_, i) => [0, i + 1] as const),
    );
    expect(laidOut(wide).layout.x.every(Number.isFinite)).toBe(true);
  });

  it("does not let long edges multiply: the points of lines stay in proportion to the nodes", () => {
    // A chain with an edge from every node to one 500 further down.
    const edges: [number, number][] = [];
    for (let i = 1; i < 2000; i++) {
      edges.push([i - 1, i]);
      if (i > 500) edges.push([i - 500, i]);
    }
    const { layout } = laidOut(graph(2000, edges));
    expect(layout.points.length).toBeLessThan(100_000);
    expect(layout.cutFrom.length).toBeGreaterThan(1000);
  });
});

describe("layOut of containers", () => {
  const document = transformer(3 * BLOCK_SIZE);
  const wiring = wire(document);
  const grouping = byScope(document, wiring);

  it("keeps boxes inside their containers, and containers apart", () => {
    const all = new Set(grouping.groups.keys());
    const shown = view(grouping, all, wiring);
    const layout = layOut(layoutTask(shown));
    expect(overlaps(shown, layout)).toBe(0);
    let contained = 0;
    for (let box = 0; box < shown.count; box++) {
      const around = shown.parent[box] as number;
      if (around < 0) continue;
      contained++;
      expect(shown.kind[around]).toBe(OPEN);
      expect(layout.x[box] as number).toBeGreaterThan(layout.x[around] as number);
      expect(layout.y[box] as number).toBeGreaterThan(layout.y[around] as number);
      expect((layout.x[box] as number) + (layout.width[box] as number)).toBeLessThan(
        (layout.x[around] as number) + (layout.width[around] as number),
      );
      expect((layout.y[box] as number) + (layout.height[box] as number)).toBeLessThan(
        (layout.y[around] as number) + (layout.height[around] as number),
      );
    }
    expect(contained).toBeGreaterThan(100);
    expect([...layout.lineKind]).toContain(LINE_INSIDE);
  });

  it("merges what runs between two containers into one line", () => {
    const shown = view(grouping, new Set(), wiring);
    const layout = layOut(layoutTask(shown));
    const pairs = [...layout.lineFrom].map((from, i) => `${from} ${layout.lineTo[i]}`);
    expect(new Set(pairs).size).toBe(pairs.length);
  });
});

describe("ranks", () => {
  const of = (document: GraphDocument) => {
    const { count, from, to } = wire(document);
    return { from, to, ...ranks(count, from, to) };
  };

  it("lets sources down to their consumers", () => {
    // 3 is read by 2 alone.
    const { rank } = of(
      graph(4, [
        [0, 1],
        [1, 2],
        [3, 2],
      ]),
    );
    expect([...rank]).toEqual([0, 1, 2, 1]);
  });

  it("takes longest paths", () => {
    const { rank, rows } = of(
      graph(5, [
        [0, 1],
        [1, 2],
        [0, 2],
        [2, 4],
        [0, 3],
        [3, 4],
      ]),
    );
    expect([...rank]).toEqual([0, 1, 2, 1, 3]);
    expect(rows).toBe(4);
  });

  it("does not cut an edge of a node that few read", () => {
    const edges: [number, number][] = Array.from({ length: 19 }, (_, i) => [i, i + 1]);
    edges.push([0, 19]);
    expect([...of(graph(20, edges)).kind].every((kind) => kind === DOWN)).toBe(true);
  });

  it("cuts far edges of a node that many read, by exactly the number in HUB_CONSUMERS", () => {
    const spread = (readers: number) => {
      const edges: [number, number][] = Array.from({ length: 39 }, (_, i) => [i, i + 1]);
      for (let i = 0; i < readers - 1; i++) edges.push([0, 8 + i]);
      return [...of(graph(40, edges)).kind].filter((kind) => kind === CUT).length;
    };
    expect(spread(HUB_CONSUMERS)).toBe(0);
    expect(spread(HUB_CONSUMERS + 1)).toBe(HUB_CONSUMERS);
  });
});

describe("settle", () => {
  const run = (wanted: number[], apart: number, weight = wanted.map(() => 1)) => {
    const center = new Float64Array(wanted.length);
    const row = Int32Array.from(wanted, (_, i) => i);
    const offset = Float64Array.from(wanted, (_, i) => i * apart);
    settle(row, Float64Array.from(wanted), offset, Float64Array.from(weight), center);
    return [...center];
  };

  it("leaves alone what is far enough apart", () => {
    expect(run([0, 10, 25], 10)).toEqual([0, 10, 25]);
  });

  it("parts what is too near by equal moves", () => {
    // Least squares of two at one place that must be 10 apart: 5 to each side.
    expect(run([0, 0], 10)).toEqual([-5, 5]);
    expect(run([0, 0, 0], 10)).toEqual([-10, 0, 10]);
  });

  it("moves the lighter one further", () => {
    // Minimum of 4a² + (a + 10)²: a = -2.
    expect(run([0, 0], 10, [4, 1])).toEqual([-2, 8]);
  });

  it("is as good as a search over a grid", () => {
    const wanted = [5, 3, 8, 4];
    const found = run(wanted, 3);
    const cost = (at: readonly number[]) =>
      at.reduce((sum, x, i) => sum + (x - (wanted[i] as number)) ** 2, 0);
    let best = Number.POSITIVE_INFINITY;
    const step = 0.25;
    for (let a = -4; a <= 8; a += step)
      for (let b = a + 3; b <= 12; b += step)
        for (let c = b + 3; c <= 14; c += step)
          for (let d = c + 3; d <= 16; d += step) best = Math.min(best, cost([a, b, c, d]));
    expect(cost(found)).toBeLessThanOrEqual(best + 1e-9);
    expect(cost(found)).toBeGreaterThan(best - 0.2);
  });
});

describe("weightedMedian", () => {
  it("is the middle, or lies between the two in the middle", () => {
    const at = Float64Array.of(10, 0, 4, 7);
    const equal = new Float64Array(4).fill(1);
    expect(weightedMedian([0, 1, 2], at, equal)).toBe(4);
    expect(weightedMedian([0, 1, 2, 3], at, equal)).toBe(5.5);
    expect(weightedMedian([0, 1, 2], at, Float64Array.of(5, 1, 1, 1))).toBe(10);
  });
});
