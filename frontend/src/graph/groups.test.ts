import { describe, expect, it } from "vitest";
import { chain, graph } from "./graphs.fixture";
import { around, closedAround, firstExpanded, type Grouping } from "./groups";
import { byRepeat, repeats } from "./repeats";
import { byScope, scopesOf, separatorOf } from "./scopes";
import { BLOCK_SIZE, transformer } from "./synthetic.fixture";
import type { GraphDocument } from "./types";
import { CLOSED, NODE, OPEN, view } from "./view";
import { wire } from "./wiring";

const scoped = (document: GraphDocument) => byScope(document, wire(document));
const labels = ({ groups }: Grouping) => groups.map(({ label }) => label);
/** The labels of all groups around a node, outermost first. */
const path = (grouping: Grouping, node: number) =>
  around(grouping, grouping.of[node] as number)
    .map((group) => grouping.groups[group]?.label)
    .reverse()
    .join(" > ");

describe("scopesOf", () => {
  it("splits at slashes, and PyTorch's modules at dots", () => {
    expect(scopesOf("encoder/layer.0/attn/MatMul", "/")).toEqual(["encoder", "layer.0", "attn"]);
    expect(scopesOf("/backbone/dark2/Conv", "/")).toEqual(["backbone", "dark2"]);
    expect(scopesOf("__module.encoder.layer.0/aten::add/Add", "/")).toEqual([
      "encoder",
      "layer",
      "0",
      "aten::add",
    ]);
    expect(scopesOf("features.0.conv", ".")).toEqual(["features", "0"]);
    expect(scopesOf("Conv_41", "/")).toEqual([]);
  });

  it("does not follow hostile names into any depth", () => {
    expect(scopesOf("a/".repeat(10_000), "/").length).toBe(12);
    expect(scopesOf(`__module.${"a.".repeat(500_000)}/x`, "/").length).toBe(12);
    expect(scopesOf("/".repeat(1000), "/")).toEqual([]);
    expect(scopesOf("", "/")).toEqual([]);
  });
});

describe("separatorOf", () => {
  it("takes dots only where slashes do not separate", () => {
    expect(separatorOf(chain(["a/b.c", "a/b.d"]))).toBe("/");
    expect(separatorOf(chain(["features.conv", "features.relu"]))).toBe(".");
    expect(separatorOf(chain(["Conv_1.5", "Conv_2"]))).toBe("/");
  });
});

describe("byScope", () => {
  it("makes groups of two and more, and one of scopes that hold only another", () => {
    const grouping = scoped(chain(["in", "net/body/conv1", "net/body/conv2", "out/alone"]));
    expect(labels(grouping)).toEqual(["net/body"]);
    expect([...grouping.of]).toEqual([-1, 0, 0, -1]);
  });

  it("puts neighbouring scopes that are made alike into one group", () => {
    const grouping = scoped(transformer(12 * BLOCK_SIZE));
    const encoder = grouping.groups.find(({ label }) => label === "encoder");
    // Nothing but layers is in the encoder. The first reads the embeddings, but is made like the others.
    expect(encoder?.copies).toBe(12);
    expect(encoder?.size).toBe(12 * BLOCK_SIZE);
    expect(labels(grouping)).toContain("layer.7");
  });

  it("groups repeated scopes among others", () => {
    const grouping = scoped(
      chain(
        [
          "net/stem/a",
          "net/stem/b",
          "net/l0/a",
          "net/l0/b",
          "net/l1/a",
          "net/l1/b",
          "net/head/a",
          "net/head/b",
        ],
        ["Conv", "Relu", "Add", "Mul", "Add", "Mul", "MatMul", "Softmax"],
      ),
    );
    expect(path(grouping, 2)).toBe("net > l0 … l1 > l0");
    expect(path(grouping, 0)).toBe("net > stem");
    expect(grouping.groups.find(({ label }) => label === "l0 … l1")?.copies).toBe(2);
  });

  it("tells scopes apart that are wired differently", () => {
    const document: GraphDocument = {
      kind: "ir",
      nodes: [
        ["a/x", []],
        ["a/y", [0]],
        ["a/z", [1]],
        ["b/x", [2]],
        ["b/y", [3]],
        ["b/z", [3]],
        ["c", [5]],
      ].map(([name, inputs]) => ({
        name: name as string,
        type: "Add",
        inputs: (inputs as number[]).map((source) => [source, 0]),
        outputs: [],
      })),
    };
    expect(labels(scoped(document))).toEqual(["a", "b"]);
  });

  it("takes names without scopes, and all names alike", () => {
    expect(scoped(chain(["x", "x", "x"])).groups).toEqual([]);
    expect(scoped(graph(0, [])).groups).toEqual([]);
    expect(labels(scoped(chain(["s/x", "s/x"])))).toEqual(["s"]);
    expect(labels(scoped(chain(["__proto__/a", "__proto__/b", "constructor/a"])))).toEqual(["__proto__"]);
  });
});

describe("repeats", () => {
  const of = (document: GraphDocument) => repeats(document, wire(document));
  const named = (types: string) =>
    chain(
      [...types].map((_, i) => `n${i}`),
      [...types],
    );

  it("finds a block that follows itself, and the shortest of the same extent", () => {
    expect(of(named("xABCABCABCABCyz"))).toEqual([{ start: 1, period: 3, copies: 4 }]);
  });

  it("finds nothing where nothing repeats, and takes tiny graphs", () => {
    expect(of(named("ABCDEFGH"))).toEqual([]);
    expect(of(named(""))).toEqual([]);
    expect(of(named("A"))).toEqual([]);
    // A block of two is no block.
    expect(of(named("ABABABAB")).every(({ period }) => period >= 3)).toBe(true);
  });

  it("finds several, in their order and without overlap", () => {
    const found = of(named("xABCABCyDEFGDEFGDEFGz"));
    expect(found).toEqual([
      { start: 1, period: 3, copies: 2 },
      { start: 8, period: 4, copies: 3 },
    ]);
  });

  it("finds the blocks of a transformer, whatever hubs they read", () => {
    const document = transformer(12 * BLOCK_SIZE);
    const [run, ...more] = of(document);
    expect(run?.period).toBe(BLOCK_SIZE);
    expect(run?.copies).toBeGreaterThanOrEqual(11);
    expect(more.every(({ period }) => period < BLOCK_SIZE)).toBe(true);
  });

  it("does not take blocks for alike that are wired differently", () => {
    const document = named("xABCDABCDABCD");
    const nodes = document.nodes.map((entry, i) =>
      // In the middle copy C reads A as well.
      i === 7 ? { ...entry, inputs: [...entry.inputs, [5, 0]] } : entry,
    );
    expect(of({ kind: "ir", nodes })).toEqual([]);
    // As many inputs, but C of the middle copy reads A and not B.
    const other = document.nodes.map((entry, i) => (i === 7 ? { ...entry, inputs: [[5, 0]] } : entry));
    expect(of({ kind: "ir", nodes: other })).toEqual([]);
  });

  it("begins a block where the least passes", () => {
    // Each block is a residual: its first node is read by its last.
    const types = [..."iABCDABCDABCDo"];
    const document = chain(
      types.map((_, i) => `n${i}`),
      types,
    );
    const nodes = document.nodes.map((entry, i) =>
      entry.type === "D" ? { ...entry, inputs: [...entry.inputs, [i - 3, 0]] } : entry,
    );
    const [run] = of({ kind: "ir", nodes });
    expect(run).toEqual({ start: 1, period: 4, copies: 3 });
  });

  it("makes one group of all copies and one of each", () => {
    const document = named("xABCABCABCy");
    const grouping = byRepeat(document, wire(document));
    expect(grouping.groups.map(({ copies, size }) => [copies, size])).toEqual([
      [3, 9],
      [0, 3],
      [0, 3],
      [0, 3],
    ]);
    expect(path(grouping, 4)).toBe("block A > block A.2");
    expect(path(grouping, 0)).toBe("");
  });
});

describe("view", () => {
  const document = transformer(3 * BLOCK_SIZE);
  const wiring = wire(document);
  const grouping = scoped(document);

  it("shows one box for a closed group, and its edges once", () => {
    const shown = view(grouping, new Set(), wiring);
    const kinds = [...shown.kind];
    expect(kinds).not.toContain(OPEN);
    expect(kinds.filter((kind) => kind === CLOSED).length).toBe(
      grouping.groups.filter(({ parent }) => parent < 0).length,
    );
    // Every node is shown by one box, and no edge leads from a box to itself.
    expect([...shown.boxOf].every((box) => box >= 0 && box < shown.count)).toBe(true);
    for (let i = 0; i < shown.edges.from.length; i++) expect(shown.edges.from[i]).not.toBe(shown.edges.to[i]);
  });

  it("shows an open group around its boxes, which stand after it", () => {
    const outer = grouping.groups.findIndex(({ label }) => label === "encoder");
    const shown = view(grouping, new Set([outer]), wiring);
    const box = shown.boxOfGroup[outer] as number;
    expect(shown.kind[box]).toBe(OPEN);
    const inside = [...shown.parent.keys()].filter((entry) => shown.parent[entry] === box);
    expect(inside.length).toBe(3);
    expect(inside.every((entry) => entry > box && shown.kind[entry] === CLOSED)).toBe(true);
  });

  it("does not show what is open inside of something closed", () => {
    const inner = grouping.groups.findIndex(({ label }) => label === "layer.1");
    const shown = view(grouping, new Set([inner]), wiring);
    expect(shown.boxOfGroup[inner]).toBe(-1);
  });

  it("has a box for every node when all is open", () => {
    const shown = view(grouping, new Set(grouping.groups.keys()), wiring);
    expect([...shown.kind].filter((kind) => kind === NODE).length).toBe(document.nodes.length);
    expect(shown.edges.from.length).toBe(wiring.from.length);
  });
});

describe("firstExpanded and closedAround", () => {
  it("opens the largest groups, and tells the outermost closed one of a node", () => {
    const grouping: Grouping = {
      groups: [
        { label: "big", parent: -1, copies: 0, size: 50 },
        { label: "inner", parent: 0, copies: 0, size: 30 },
        { label: "run", parent: -1, copies: 5, size: 100 },
      ],
      of: Int32Array.from({ length: 180 }, (_, i) => (i < 20 ? 0 : i < 50 ? 1 : i < 150 ? 2 : -1)),
    };
    expect([...firstExpanded(grouping)]).toEqual([]);
    expect([...firstExpanded(grouping, 40)]).toEqual([0]);
    expect(closedAround(grouping, 30, new Set())).toBe(0);
    expect(closedAround(grouping, 30, new Set([0]))).toBe(1);
    expect(closedAround(grouping, 30, new Set([0, 1]))).toBe(-1);
    expect(closedAround(grouping, 170, new Set())).toBe(-1);
  });
});
