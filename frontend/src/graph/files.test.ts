import { describe, expect, it } from "vitest";
import { boxSums, facts } from "./facts";
import { chain, node } from "./graphs.fixture";
import { ungrouped } from "./groups";
import { layOut } from "./layout";
import { NO_LINKS } from "./links";
import { type ExplorerCollection, inputPorts, modelExplorer } from "./modelExplorer";
import type { GraphColors } from "./paint";
import { scene } from "./scene";
import { escaped, svg } from "./svg";
import { BLOCK_SIZE, transformer } from "./synthetic.fixture";
import type { GraphDocument } from "./types";
import { layoutTask, view } from "./view";
import { wire } from "./wiring";

const COLORS = new Proxy({}, { get: () => "#808080" }) as GraphColors;

function drawn(document: GraphDocument): string {
  const grouping = ungrouped(document.nodes.length);
  const shown = view(grouping, new Set(), wire(document));
  const known = facts(document, undefined, NO_LINKS);
  const sums = boxSums(shown.boxOf, shown.count, known.part);
  const made = scene({ document, view: shown, grouping, facts: known, sums }, layOut(layoutTask(shown)));
  return svg(made, { shades: [], of: new Int16Array(shown.count).fill(-1) }, COLORS);
}

/** Whether all tags are closed in their order, and nothing stands in them but what an SVG of ours has. */
function wellFormed(text: string): boolean {
  const open: string[] = [];
  for (const [, closing, name, attributes = "", empty] of text.matchAll(/<(\/?)([^\s/>]+)([^>]*?)(\/?)>/g)) {
    if (!["svg", "rect", "path", "text", "title"].includes(name as string)) return false;
    if (!/^(\s[\w:-]+="[^"<]*")*\s*$/.test(attributes)) return false;
    if (closing) {
      if (open.pop() !== name) return false;
    } else if (!empty) open.push(name as string);
  }
  return open.length === 0 && !/&(?!amp;|lt;|gt;|quot;|#39;)/.test(text);
}

describe("svg", () => {
  it("draws every node and every edge", () => {
    const document = transformer(BLOCK_SIZE);
    const text = drawn(document);
    expect(text.match(/<title>/g)?.length).toBe(document.nodes.length);
    expect(text.match(/<path /g)?.length).toBe(wire(document).from.length);
    expect(wellFormed(text)).toBe(true);
  });

  it("lets no name become markup", () => {
    const names = [
      "</text><script>alert(1)</script>",
      '" onload="alert(1)',
      "<![CDATA[",
      "]]>",
      "&lt;&#x3c;",
      "<!--",
      "\u0000\u0008\ud800 broken",
      "<svg/onload=alert(1)>",
    ];
    const text = drawn(chain(names, names));
    expect(wellFormed(text)).toBe(true);
    expect(text).not.toContain("<script");
    expect(text).not.toContain('onload="');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: none may be there
    expect(text).not.toMatch(/[\u0000-\u0008]|[\ud800-\udfff]/);
  });

  it("keeps texts that are only unusual", () => {
    expect(escaped("a < b & c > 'd' \"e\"")).toBe("a &lt; b &amp; c &gt; &#39;d&#39; &quot;e&quot;");
    expect(escaped("模型/层 😀 é")).toBe("模型/层 😀 é");
  });
});

/** The types of Model Explorer's `graph_builder.py`, as a check of what a file holds. */
function problems(collection: ExplorerCollection): string[] {
  const found: string[] = [];
  const isText = (value: unknown, what: string) => {
    if (typeof value !== "string") found.push(`${what} is no text`);
  };
  const pairs = (list: unknown, what: string) => {
    if (!Array.isArray(list)) return found.push(`${what} is no list`);
    for (const entry of list as Record<string, unknown>[]) {
      if (Object.keys(entry).sort().join() !== "key,value") found.push(`${what} has ${Object.keys(entry)}`);
      isText(entry.key, `${what}.key`);
      isText(entry.value, `${what}.value`);
    }
  };
  if (Object.keys(collection).sort().join() !== "graphs,label") found.push("keys of the collection");
  isText(collection.label, "label");
  for (const { id, nodes, ...rest } of collection.graphs) {
    isText(id, "graph.id");
    if (Object.keys(rest).length > 0) found.push("keys of the graph");
    const ids = new Set(nodes.map((entry) => entry.id));
    if (ids.size !== nodes.length) found.push("ids are not unique");
    for (const entry of nodes) {
      const {
        id: own,
        label,
        namespace,
        attrs,
        incomingEdges,
        inputsMetadata,
        outputsMetadata,
        ...more
      } = entry;
      if (Object.keys(more).length > 0) found.push(`node has ${Object.keys(more)}`);
      for (const value of [own, label, namespace]) isText(value, "node");
      pairs(attrs, "attrs");
      for (const edge of incomingEdges) {
        if (Object.keys(edge).sort().join() !== "sourceNodeId,sourceNodeOutputId,targetNodeInputId") {
          found.push("keys of the edge");
        }
        for (const value of Object.values(edge)) isText(value, "edge");
        if (!ids.has(edge.sourceNodeId)) found.push(`edge from ${edge.sourceNodeId}`);
      }
      for (const item of [...inputsMetadata, ...outputsMetadata]) {
        if (Object.keys(item).sort().join() !== "attrs,id") found.push("keys of metadata");
        isText(item.id, "metadata.id");
        pairs(item.attrs, "metadata.attrs");
      }
    }
  }
  return found;
}

describe("modelExplorer", () => {
  it("has the shape that Model Explorer reads", () => {
    const made = modelExplorer("bert", [transformer(3 * BLOCK_SIZE), transformer(BLOCK_SIZE, "runtime")]);
    const read = JSON.parse(JSON.stringify(made)) as ExplorerCollection;
    expect(problems(read)).toEqual([]);
    expect(read).toEqual(made);
    expect(made.graphs.map(({ id }) => id)).toEqual(["model", "executed"]);
  });

  it("keeps scopes, ports, constants, shapes and what was measured", () => {
    const document: GraphDocument = {
      kind: "runtime",
      nodes: [
        node({ name: "net/in" }),
        node({
          name: "net/body/conv",
          type: "Convolution",
          inputs: [[0, 2]],
          outputs: [{ shape: [1, 64, "?"], precision: "bf16" }],
          constants: [{ port: 0, name: "w", shape: [64, 3], precision: "f32", bytes: 768 }],
          attributes: { strides: [1, 2], auto_pad: "explicit", nothing: null },
          order: 4,
          time_us: 12.5,
          share: 0.25,
          runtime_precision: "bf16",
          primitive: "brgconv",
          status: "executed",
          originals: ["a", "b"],
        }),
      ],
    };
    const found = modelExplorer("x", [document]).graphs[0]?.nodes[1];
    expect(found).toMatchObject({ id: "1", label: "Convolution", namespace: "net/body" });
    // The constant has input 0, so that the edge enters at 1.
    expect(found?.incomingEdges).toEqual([
      { sourceNodeId: "0", sourceNodeOutputId: "2", targetNodeInputId: "1" },
    ]);
    expect(found?.outputsMetadata).toEqual([
      { id: "0", attrs: [{ key: "tensor_shape", value: "bf16 1 × 64 × ?" }] },
    ]);
    const attributes = Object.fromEntries(found?.attrs.map(({ key, value }) => [key, value]) ?? []);
    expect(attributes).toMatchObject({
      name: "net/body/conv",
      strides: "1, 2",
      "time, µs": "12.5",
      "runtime precision": "bf16",
      originals: "a, b",
    });
    expect(attributes).not.toHaveProperty("nothing");
  });

  it("takes hostile graphs: names twice, self loops, edges to nowhere", () => {
    const document: GraphDocument = {
      kind: "ir",
      nodes: [
        node({ name: "x", inputs: [[0, 0]] }),
        node({
          name: "x",
          inputs: [
            [7, 0],
            [0, 0],
            [-1, 0],
          ],
        }),
      ],
    };
    expect(problems(modelExplorer("", [document]))).toEqual([]);
  });

  it("gives inputs the ports that constants leave", () => {
    const constant = { name: "", shape: [], precision: "f32", bytes: 4 };
    const entry = node({
      name: "n",
      inputs: [
        [0, 0],
        [1, 0],
      ],
      constants: [
        { port: 1, ...constant },
        { port: 3, ...constant },
      ],
    });
    expect(inputPorts(entry)).toEqual([0, 2]);
  });
});
