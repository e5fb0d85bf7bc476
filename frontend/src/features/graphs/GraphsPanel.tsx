import { SegmentedControl, useComputedColorScheme } from "@mantine/core";
import { useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import { Panel } from "../../components/Panel";
import { EmptyState } from "../../components/States";
import { percent } from "../../format/number";
import type { Marks } from "../../graph/draw";
import { links as makeLinks } from "../../graph/links";
import { legend, paint as makePaint, type Paint, readGraphColors } from "../../graph/paint";
import type { Scene } from "../../graph/scene";
import { search } from "../../graph/search";
import type { CollapseMode, ColorMode, GraphDocument } from "../../graph/types";
import { NODE, OPEN } from "../../graph/view";
import { saveModelExplorer, savePng, saveSvg } from "./exports";
import { GroupDetail, NodeDetail } from "./GraphDetail";
import { type Focus, GraphPane } from "./GraphPane";
import classes from "./Graphs.module.css";
import { Bare, Headless } from "./GraphsFrame";
import { GraphTools } from "./GraphTools";
import { layerOf, orderOf, type Pick, related, type Side } from "./picks";
import { type GraphState, useGraph } from "./useGraph";

interface Props {
  model: GraphDocument | undefined;
  runtime: GraphDocument | undefined;
  /** The executed layer that is selected in the layer table: `order` of a node of `runtime`. */
  selectedOrder: number | null;
  /** A pick in either graph selects that executed layer. */
  onPick: (order: number | null) => void;
  colorBy: ColorMode | undefined;
  onColorBy: (mode: ColorMode | undefined) => void;
  /** Base name of downloads. */
  file: string;
  /** What is collapsed at first; by default nothing of small graphs, and the scopes of large ones. */
  initialCollapse?: CollapseMode;
  /** Without a frame of its own, for a place inside a panel. */
  bare?: boolean;
  /** Without a heading, too, where the panel around it has one. */
  headless?: boolean;
}

type Shown = "both" | "ir" | "runtime";

const TITLES: Record<Side, string> = { ir: "Model", runtime: "Executed graph" };
const NOTES: Record<CollapseMode, string | null> = {
  none: null,
  scopes: "no scopes in its names",
  repeats: "no block repeats",
};
/** Above that many nodes one sees more in boxes of boxes. */
const LARGE = 1500;
/** So many partners are brought out of their closed groups. */
const MOST_OPENED = 8;
const NOWHERE: Focus = { nodes: [], token: 0 };

/** The model's graph and the executed one, side by side, linked by the layers' own record of originals. */
export function GraphsPanel(props: Props) {
  const { model, runtime, selectedOrder, onPick, colorBy, onColorBy, file, initialCollapse } = props;
  const Frame = props.headless ? Headless : props.bare ? Bare : Panel;
  const scheme = useComputedColorScheme("light");
  // biome-ignore lint/correctness/useExhaustiveDependencies: the scheme decides what the colours are
  const colors = useMemo(() => readGraphColors(), [scheme]);
  const links = useMemo(() => makeLinks(model, runtime), [model, runtime]);
  const measured = useMemo(() => runtime?.nodes.some((node) => (node.time_us ?? 0) > 0) ?? false, [runtime]);
  const size = Math.max(model?.nodes.length ?? 0, runtime?.nodes.length ?? 0);
  const [collapseChosen, setCollapse] = useState(initialCollapse);
  const collapse = collapseChosen ?? (size > LARGE ? "scopes" : "none");
  const [shownChosen, setShown] = useState<Shown>("both");
  const shown: Shown = model && runtime ? shownChosen : model ? "ir" : "runtime";
  const usual: ColorMode = measured ? "time" : "type";
  // Without what was executed there are no times and no precisions to colour by.
  const needsRuntime = colorBy === "time" || colorBy === "runtime_precision";
  const color = colorBy === undefined || (needsRuntime && !runtime) ? usual : colorBy;

  const ir = useGraph(shown === "runtime" ? undefined : model, runtime, links, collapse);
  const executed = useGraph(shown === "ir" ? undefined : runtime, runtime, links, collapse);
  const graphs: Record<Side, GraphState | null> = { ir, runtime: executed };

  const [chosen, setChosen] = useState<{ pick: Pick; of: GraphDocument | undefined } | null>(null);
  const pickDocument = chosen?.pick.side === "ir" ? model : runtime;
  const pick = chosen && chosen.of === pickDocument ? chosen.pick : null;
  const [focus, setFocus] = useState<Record<Side, Focus>>({ ir: NOWHERE, runtime: NOWHERE });
  const token = useRef(0);

  /** Picks, and brings into sight: its partners, and itself unless it was clicked where it stands. */
  const choose = (next: Pick, clicked: boolean) => {
    setChosen({ pick: next, of: next.side === "ir" ? model : runtime });
    token.current++;
    const partners = related(next, links, graphs[next.side]?.grouping);
    const nodesOf = (side: Side) => {
      if (next.side === side) return clicked || next.kind === "group" ? [] : [next.ref];
      return partners[side];
    };
    const found = { ir: nodesOf("ir"), runtime: nodesOf("runtime") };
    for (const side of ["ir", "runtime"] as const) {
      if (next.kind === "node") graphs[side]?.show(found[side].slice(0, MOST_OPENED));
    }
    setFocus((now) => ({
      ir: found.ir.length > 0 ? { nodes: found.ir, token: token.current } : now.ir,
      runtime: found.runtime.length > 0 ? { nodes: found.runtime, token: token.current } : now.runtime,
    }));
  };
  const pickNode = (side: Side, node: number, clicked: boolean) => {
    const next: Pick = { side, kind: "node", ref: node };
    choose(next, clicked);
    const order = orderOf(next, runtime, links);
    if (order !== selectedOrder) onPick(order);
  };
  const clear = () => {
    setChosen(null);
    if (selectedOrder !== null) onPick(null);
  };
  const pickBox = (side: Side, box: number) => {
    const scene = graphs[side]?.scene;
    if (!scene || box < 0) return clear();
    const ref = scene.view.ref[box] as number;
    if (scene.view.kind[box] === NODE) return pickNode(side, ref, true);
    choose({ side, kind: "group", ref }, true);
    if (selectedOrder !== null) onPick(null);
  };

  // The table, the address, or "back" chose another layer.
  const latest = useRef({ choose, pick });
  latest.current = { choose, pick };
  useEffect(() => {
    const { choose: now, pick: picked } = latest.current;
    if (orderOf(picked, runtime, links) === selectedOrder) return;
    const layer = layerOf(runtime, selectedOrder);
    if (layer >= 0) now({ side: "runtime", kind: "node", ref: layer }, false);
    else if (picked?.kind !== "group") setChosen(null);
  }, [selectedOrder, runtime, links]);

  const [query, setQuery] = useState("");
  // Typing goes first where a search takes longer than a key.
  const wanted = useDeferredValue(query);
  const [hit, setHit] = useState(-1);
  const searchBox = useRef<HTMLInputElement>(null);
  const irDocument = ir?.document;
  const runtimeDocument = executed?.document;
  const irHits = useMemo(() => (irDocument ? search(irDocument, wanted) : []), [irDocument, wanted]);
  const runtimeHits = useMemo(
    () => (runtimeDocument ? search(runtimeDocument, wanted) : []),
    [runtimeDocument, wanted],
  );
  // What runs is found first; what was found only in the model follows.
  const hits = useMemo(() => {
    const covered = new Set(runtimeHits.flatMap((layer) => links.originals[layer] ?? []));
    return [
      ...runtimeHits.map((node) => ({ side: "runtime" as const, node })),
      ...irHits.filter((node) => !covered.has(node)).map((node) => ({ side: "ir" as const, node })),
    ];
  }, [irHits, runtimeHits, links]);
  const next = (step: 1 | -1) => {
    if (hits.length === 0) return;
    const place = (hit + step + hits.length + (hit < 0 && step < 0 ? 1 : 0)) % hits.length;
    setHit(place);
    const found = hits[place];
    if (found) pickNode(found.side, found.node, false);
  };

  const irScene = ir?.scene ?? null;
  const runtimeScene = executed?.scene ?? null;
  const longest = useMemo(() => slowest(runtimeScene ?? irScene), [runtimeScene, irScene]);
  const paintOf = useCallback(
    (scene: Scene | null): Paint | null =>
      scene && makePaint(color, { ...scene, times: scene.sums.time }, longest, colors),
    [color, longest, colors],
  );
  const irPaint = useMemo(() => paintOf(irScene), [paintOf, irScene]);
  const runtimePaint = useMemo(() => paintOf(runtimeScene), [paintOf, runtimeScene]);

  const pickedGrouping = (pick?.side === "ir" ? ir : executed)?.grouping;
  const partners = useMemo(() => related(pick, links, pickedGrouping), [pick, links, pickedGrouping]);
  const searching = wanted.trim() !== "";
  const irMarks = useMemo(
    () => marksOf("ir", irScene, pick, partners.ir, searching ? irHits : null),
    [irScene, irHits, searching, pick, partners],
  );
  const runtimeMarks = useMemo(
    () => marksOf("runtime", runtimeScene, pick, partners.runtime, searching ? runtimeHits : null),
    [runtimeScene, runtimeHits, searching, pick, partners],
  );

  const both = [model, runtime].filter((document) => document !== undefined);
  if (size === 0) {
    return (
      <Frame title="Graphs">
        <EmptyState title="There is no graph to show">
          The graph of a model is read when it is imported, that of what is executed with the layer times of a
          run.
        </EmptyState>
      </Frame>
    );
  }

  const pane = (side: Side, graph: GraphState | null, paint: Paint | null, marks: Omit<Marks, "cursor">) =>
    graph && (
      <GraphPane
        key={side}
        title={TITLES[side]}
        graph={graph}
        paint={paint}
        colors={colors}
        marks={marks}
        focus={focus[side]}
        note={graph.grouping.groups.length > 0 ? null : NOTES[collapse]}
        onPick={(box) => pickBox(side, box)}
        onSearch={() => searchBox.current?.focus()}
        onEscape={clear}
        actions={
          graph.scene &&
          paint && (
            <>
              <button
                type="button"
                className="chip"
                title="All of the graph as it is collapsed now"
                onClick={() => graph.scene && saveSvg(graph.scene, paint, colors, `${file}-${side}-graph`)}
              >
                SVG
              </button>
              <button
                type="button"
                className="chip"
                title="All of the graph as it is collapsed now; large ones become small in it, where the SVG stays sharp"
                onClick={() => graph.scene && savePng(graph.scene, paint, colors, `${file}-${side}-graph`)}
              >
                PNG
              </button>
            </>
          )
        }
      />
    );

  const picked = pick && graphs[pick.side];
  const entries = legendOf([
    [executed, runtimePaint],
    [ir, irPaint],
  ]);
  return (
    <Frame
      title="Graphs"
      aside={
        <>
          {model && runtime && (
            <SegmentedControl
              aria-label="Graphs shown"
              data={[
                { value: "both", label: "Both" },
                { value: "ir", label: "Model" },
                { value: "runtime", label: "Executed" },
              ]}
              value={shown}
              onChange={(value) => setShown(value as Shown)}
            />
          )}
          <button
            type="button"
            className="chip"
            title="For Google's Model Explorer: all graphs, with names, shapes, times and precisions"
            onClick={() => saveModelExplorer(file, both, `${file}-model-explorer`)}
          >
            Model Explorer JSON
          </button>
        </>
      }
    >
      <GraphTools
        query={query}
        onQuery={(text) => {
          setQuery(text);
          setHit(-1);
        }}
        hits={hits.length}
        hit={hit}
        onNext={next}
        searchRef={searchBox}
        color={color}
        measured={runtime !== undefined}
        onColor={(mode) => onColorBy(mode === usual ? undefined : mode)}
        collapse={collapse}
        onCollapse={setCollapse}
        onAll={(open) => {
          ir?.setAll(open);
          executed?.setAll(open);
        }}
      />
      <div className={classes.body} data-detail={picked ? "" : undefined}>
        <div>
          <div className={classes.panes}>
            {pane("ir", ir, irPaint, irMarks)}
            {pane("runtime", executed, runtimePaint, runtimeMarks)}
          </div>
          <div className={`legend ${classes.legend}`}>
            {entries.map((entry) => (
              <span key={entry.label}>
                <i style={{ background: entry.swatch }} />
                {entry.label} {entry.share !== null && <b>{percent(entry.share)}</b>}
              </span>
            ))}
            {color === "time" && ir && executed && (
              <span className="faint">model: the time of the layer a node runs in</span>
            )}
          </div>
        </div>
        {picked && pick.kind === "node" && (
          <NodeDetail
            side={pick.side}
            graph={picked}
            node={pick.ref}
            model={model}
            runtime={runtime}
            links={links}
            onGo={(side, node) => pickNode(side, node, false)}
            onClose={clear}
          />
        )}
        {picked && pick.kind === "group" && (
          <GroupDetail
            side={pick.side}
            graph={picked}
            group={pick.ref}
            onGo={(side, node) => pickNode(side, node, false)}
            onClose={clear}
          />
        )}
      </div>
    </Frame>
  );
}

/** The time of the slowest box, which is where the scale ends. */
function slowest(scene: Scene | null): number {
  let most = 0;
  scene?.sums.time.forEach((time, box) => {
    if (scene.view.kind[box] === OPEN) return;
    const own =
      scene.view.kind[box] === NODE ? (scene.facts.time[scene.view.ref[box] as number] as number) : 0;
    most = Math.max(most, time, own || 0);
  });
  return most;
}

/** What is picked and found, in terms of boxes. */
function marksOf(
  side: Side,
  scene: Scene | null,
  pick: Pick | null,
  partners: readonly number[],
  found: readonly number[] | null,
): Omit<Marks, "cursor"> {
  const view = scene?.view;
  const boxes = (nodes: readonly number[]) => new Set(nodes.map((node) => view?.boxOf[node] ?? -1));
  const own = pick?.side === side ? pick : null;
  return {
    picked: own ? ((own.kind === "node" ? view?.boxOf[own.ref] : view?.boxOfGroup[own.ref]) ?? -1) : -1,
    partners: boxes(partners),
    hits: found && boxes(found),
  };
}

/** One entry for each shade that occurs in any of the graphs; shares of the time are those of the first with times. */
function legendOf(shown: readonly (readonly [GraphState | null, Paint | null])[]) {
  const entries = new Map<string, { label: string; swatch: string; share: number | null }>();
  let timed = false;
  for (const [graph, paint] of shown) {
    if (!graph?.scene || !paint) continue;
    const { total } = graph.facts;
    const isTimed: boolean = !timed && total > 0 && graph.document.kind === "runtime";
    // All six intervals are told, so that the scale can be read.
    for (const entry of legend(paint, graph.scene.sums)) {
      if (entry.nodes === 0 && entry.striped) continue;
      if (entries.has(entry.label)) continue;
      const share = isTimed && entry.time > 0 ? entry.time / total : null;
      entries.set(entry.label, {
        label: entry.label,
        swatch: entry.striped ? entry.solid : entry.fill,
        share,
      });
    }
    timed ||= isTimed;
  }
  return [...entries.values()];
}
