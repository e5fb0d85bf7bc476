import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { boxSums, type Facts, facts } from "../../graph/facts";
import { allExpanded, around, firstExpanded, type Grouping, ungrouped } from "../../graph/groups";
import { type LayoutClient, layoutClient } from "../../graph/layoutClient";
import type { Links } from "../../graph/links";
import { byRepeat } from "../../graph/repeats";
import { scene as makeScene, type Scene } from "../../graph/scene";
import { byScope } from "../../graph/scopes";
import type { CollapseMode, GraphDocument } from "../../graph/types";
import { layoutTask, view as makeView } from "../../graph/view";
import { type Wiring, wire } from "../../graph/wiring";

export interface GraphState {
  document: GraphDocument;
  wiring: Wiring;
  grouping: Grouping;
  facts: Facts;
  /** Null until it is laid out. */
  scene: Scene | null;
  /** The group that was opened or closed last: it keeps its place on the screen. */
  anchor: number;
  toggle: (group: number) => void;
  setAll: (open: boolean) => void;
  /** Opens the groups around nodes. */
  show: (nodes: readonly number[]) => void;
}

const EMPTY: GraphDocument = { kind: "ir", nodes: [] };
const CLOSED: ReadonlySet<number> = new Set();

/** One graph: what of it is collapsed, and where everything is. */
export function useGraph(
  given: GraphDocument | undefined,
  runtime: GraphDocument | undefined,
  links: Links,
  collapse: CollapseMode,
): GraphState | null {
  const document = given ?? EMPTY;
  const wiring = useMemo(() => wire(document), [document]);
  const known = useMemo(() => facts(document, runtime, links), [document, runtime, links]);
  const grouping = useMemo(() => {
    if (collapse === "scopes") return byScope(document, wiring);
    return collapse === "repeats" ? byRepeat(document, wiring) : ungrouped(document.nodes.length);
  }, [collapse, document, wiring]);
  const first = useMemo(
    () => (collapse === "scopes" ? firstExpanded(grouping) : CLOSED),
    [collapse, grouping],
  );
  const [changed, setChanged] = useState<{ of: Grouping; open: ReadonlySet<number>; anchor: number }>();
  const current = changed?.of === grouping ? changed : undefined;
  const expanded = current?.open ?? first;
  const view = useMemo(() => makeView(grouping, expanded, wiring), [grouping, expanded, wiring]);
  const [scene, setScene] = useState<Scene | null>(null);

  const client = useRef<LayoutClient>(undefined);
  const isShown = given !== undefined;
  useEffect(() => {
    if (!isShown) return;
    const made = layoutClient();
    client.current = made;
    return () => {
      client.current = undefined;
      made.close();
    };
  }, [isShown]);
  useEffect(() => {
    let gone = false;
    const sums = boxSums(view.boxOf, view.count, known.part);
    void client.current?.ask(layoutTask(view)).then((layout) => {
      if (layout && !gone) setScene(makeScene({ document, view, grouping, facts: known, sums }, layout));
    });
    return () => {
      gone = true;
    };
  }, [document, view, grouping, known]);

  const latest = useRef(expanded);
  latest.current = expanded;
  const change = useCallback(
    (open: ReadonlySet<number>, anchor: number) => {
      latest.current = open;
      setChanged({ of: grouping, open, anchor });
    },
    [grouping],
  );
  const toggle = useCallback(
    (group: number) => {
      const open = new Set(latest.current);
      if (!open.delete(group)) open.add(group);
      change(open, group);
    },
    [change],
  );
  const setAll = useCallback(
    (open: boolean) => change(open ? allExpanded(grouping) : CLOSED, -1),
    [change, grouping],
  );
  const show = useCallback(
    (nodes: readonly number[]) => {
      const missing = nodes
        .flatMap((node) => around(grouping, grouping.of[node] ?? -1))
        .filter((group) => !latest.current.has(group));
      // The outermost of the first node stands on the screen already.
      if (missing.length > 0)
        change(new Set([...latest.current, ...missing]), missing[missing.length - 1] ?? -1);
    },
    [change, grouping],
  );

  if (!given) return null;
  return {
    document,
    wiring,
    grouping,
    facts: known,
    scene: scene?.document === document ? scene : null,
    anchor: current?.anchor ?? -1,
    toggle,
    setAll,
    show,
  };
}
