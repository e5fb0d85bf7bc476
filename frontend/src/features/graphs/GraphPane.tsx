import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";
import { counted } from "../../format/number";
import { type Marks, NO_MARKS } from "../../graph/draw";
import { sentence } from "../../graph/labels";
import type { GraphColors, Paint } from "../../graph/paint";
import { type Direction, neighbour, type Scene } from "../../graph/scene";
import { createStage, type Stage } from "../../graph/stage";
import { NODE, OPEN } from "../../graph/view";
import classes from "./Graphs.module.css";
import { Minimap, type MinimapHandle } from "./Minimap";
import type { GraphState } from "./useGraph";

/** A node to bring into sight; a new token asks again. */
export interface Focus {
  nodes: readonly number[];
  token: number;
}

interface Props {
  title: string;
  graph: GraphState;
  paint: Paint | null;
  colors: GraphColors;
  /** In terms of boxes, without the keyboard's place. */
  marks: Omit<Marks, "cursor">;
  focus: Focus;
  actions: ReactNode;
  /** Why nothing of it is collapsed. */
  note: string | null;
  /** A click or Enter on a box; -1 beside all of them. */
  onPick: (box: number) => void;
  onSearch: () => void;
  onEscape: () => void;
}

const ARROWS: Record<string, Direction> = {
  ArrowUp: "up",
  ArrowDown: "down",
  ArrowLeft: "left",
  ArrowRight: "right",
};

/** One graph on a canvas, with its minimap. */
export function GraphPane(props: Props) {
  const { title, graph, paint, colors, marks, focus, actions, note, onPick, onSearch, onEscape } = props;
  const { scene } = graph;
  const canvas = useRef<HTMLCanvasElement>(null);
  const [stage, setStage] = useState<Stage | null>(null);
  const [cursor, setCursor] = useState(-1);
  const [focused, setFocused] = useState(false);
  const minimap = useRef<MinimapHandle>(null);
  const helpId = useId();

  const events = useRef({ onPick, toggle: graph.toggle, scene });
  events.current = { onPick, toggle: graph.toggle, scene };
  useEffect(() => {
    if (!canvas.current) return;
    const made = createStage(canvas.current, {
      onPick: (box) => {
        setCursor(box);
        events.current.onPick(box);
      },
      onOpen: (box) => {
        const { scene: now, toggle } = events.current;
        if (now && now.view.kind[box] !== NODE) toggle(now.view.ref[box] as number);
      },
      onMove: (window) => minimap.current?.show(window),
    });
    setStage(made);
    return () => made.close();
  }, []);

  // Colours before the scene: a new scene with the old colours would flash.
  useEffect(() => {
    if (paint) stage?.setPaint(paint, colors);
  }, [stage, paint, colors]);

  const drawn = useRef<{ scene: typeof scene; token: number }>({ scene: null, token: 0 });
  const { anchor } = graph;
  useEffect(() => {
    if (!stage) return;
    const before = drawn.current.scene;
    if (before !== scene) {
      const sameGroups = before?.grouping === scene?.grouping && anchor >= 0;
      stage.setScene(
        scene,
        sameGroups && before && scene
          ? {
              before: before.view.boxOfGroup[anchor] as number,
              after: scene.view.boxOfGroup[anchor] as number,
            }
          : undefined,
      );
      setCursor((now) => carried(before, scene, now));
    }
    if (scene && drawn.current.token !== focus.token) {
      const boxes = [...new Set(focus.nodes.map((node) => scene.view.boxOf[node] as number))];
      stage.reveal(boxes);
      // Groups around it are being opened: it is looked for again in the scene that follows.
      const waiting = boxes.some((box) => scene.view.kind[box] !== NODE) && before === scene;
      if (!waiting) drawn.current.token = focus.token;
    }
    drawn.current.scene = scene;
  }, [stage, scene, anchor, focus]);

  useEffect(() => {
    stage?.setMarks({ ...NO_MARKS, ...marks, cursor: focused ? cursor : -1 });
  }, [stage, marks, cursor, focused]);

  const go = (box: number) => {
    if (box < 0) return;
    setCursor(box);
    stage?.reveal([box]);
  };
  const onKey = (event: KeyboardEvent) => {
    if (!scene || event.ctrlKey || event.metaKey || event.altKey) return;
    const direction = ARROWS[event.key];
    const here = cursor >= 0 ? cursor : marks.picked;
    if (direction) go(here >= 0 ? neighbour(scene, here, direction) : firstBox(scene));
    else if (event.key === "Enter" || event.key === " ") {
      if (here < 0) return;
      if (event.key === "Enter" && scene.view.kind[here] !== NODE)
        graph.toggle(scene.view.ref[here] as number);
      else onPick(here);
    } else if (event.key === "Backspace") {
      const around = scene.view.parent[here] ?? -1;
      if (around >= 0) graph.toggle(scene.view.ref[around] as number);
    } else if (event.key === "+" || event.key === "=") stage?.zoom(1.4);
    else if (event.key === "-") stage?.zoom(1 / 1.4);
    else if (event.key === "0") stage?.fit();
    else if (event.key === "/") onSearch();
    else if (event.key === "Escape") {
      setCursor(-1);
      onEscape();
    } else return;
    event.preventDefault();
  };

  return (
    <section className={classes.pane} aria-label={title}>
      <div className={classes.paneHead}>
        <h3>
          {title}{" "}
          <span className="dim">
            {counted(graph.document.nodes.length, graph.document.kind === "ir" ? "node" : "layer")}
            {scene && scene.view.count < graph.document.nodes.length && ", collapsed"}
            {note && `, ${note}`}
          </span>
        </h3>
        <span className="row">{actions}</span>
      </div>
      <div className={classes.frame}>
        {/* biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: an application takes its own keys */}
        <canvas
          ref={canvas}
          className={classes.canvas}
          role="application"
          aria-label={`${title} as a graph`}
          aria-describedby={helpId}
          tabIndex={0}
          onKeyDown={onKey}
          onFocus={() => setFocused(true)}
          onBlur={() => setFocused(false)}
        />
        {!scene && (
          <p className={classes.waiting} role="status">
            Laying out {counted(graph.document.nodes.length, "node")} …
          </p>
        )}
        <div className={classes.zoom}>
          <button type="button" onClick={() => stage?.zoom(1.4)} aria-label="Zoom in" title="Zoom in (+)">
            +
          </button>
          <button
            type="button"
            onClick={() => stage?.zoom(1 / 1.4)}
            aria-label="Zoom out"
            title="Zoom out (−)"
          >
            −
          </button>
          <button type="button" onClick={() => stage?.fit()} aria-label="Show all" title="Show all (0)">
            ⤢
          </button>
        </div>
        {scene && paint && (
          <Minimap
            scene={scene}
            paint={paint}
            hits={marks.hits}
            colors={colors}
            ref={minimap}
            onMove={(x, y) => stage?.moveTo(x, y)}
          />
        )}
      </div>
      <p id={helpId} className="unseen">
        Arrow keys go along the edges and along the row. Enter picks a node or opens a group, Space picks a
        group, Backspace closes the group around. Plus and minus zoom, 0 shows all, slash searches, Escape
        clears.
      </p>
      <p className="unseen" aria-live="polite">
        {focused && scene && cursor >= 0 && cursor < scene.view.count ? sentence(scene, cursor) : ""}
      </p>
    </section>
  );
}

/** Where the keyboard is in the scene that follows: at the same node or group, or at the first box of an open one. */
function carried(before: Scene | null, after: Scene | null, cursor: number): number {
  if (!before || !after || cursor < 0 || before.document !== after.document) return -1;
  const ref = before.view.ref[cursor] as number;
  if (before.view.kind[cursor] === NODE) return after.view.boxOf[ref] as number;
  if (before.grouping !== after.grouping) return -1;
  const box = after.view.boxOfGroup[ref] as number;
  return box >= 0 && after.view.kind[box] === OPEN ? firstBox(after, box) : box;
}

/** Where the keyboard begins: the uppermost box, of all or of those in a container. */
function firstBox({ layout, view }: Scene, container?: number): number {
  let first = -1;
  for (let box = 0; box < view.count; box++) {
    if (view.kind[box] === OPEN || (container !== undefined && view.parent[box] !== container)) continue;
    if (first < 0 || (layout.y[box] as number) < (layout.y[first] as number)) first = box;
  }
  return first;
}
