// The graph view alone, for tests/benchmarks/graph_view.py and for looking at it: graph.html?model=A.json&runtime=B.json,
// or ?nodes=10000 for synthetic graphs; &collapse=none|scopes|repeats, &color=…, &scheme=dark, &only=ir|runtime.
// `window.bench` holds when the data was there, and `window.picked` what was picked.
import "@fontsource-variable/inter";
import "../src/styles/mantine.css";
import "../src/styles/tokens.css";
import "../src/styles/base.css";
import "../src/styles/layout.css";
import "../src/styles/parts.css";
import "../src/styles/fields.css";
import { MantineProvider } from "@mantine/core";
import { lazy, Suspense, useState } from "react";
import { createRoot } from "react-dom/client";
import { theme } from "../src/app/theme";
import { transformer } from "../src/graph/synthetic.fixture";
import type { ColorMode, GraphDocument } from "../src/graph/types";

const load = () => import("../src/features/graphs/GraphsPanel");
const GraphsPanel = lazy(async () => ({ default: (await load()).GraphsPanel }));
const ask = new URLSearchParams(location.search);
const fetched = async (name: string): Promise<GraphDocument | undefined> => {
  const file = ask.get(name);
  return file ? ((await (await fetch(file)).json()) as GraphDocument) : undefined;
};

function Harness(props: { model?: GraphDocument; runtime?: GraphDocument }) {
  const [order, setOrder] = useState<number | null>(null);
  const [color, setColor] = useState((ask.get("color") ?? undefined) as ColorMode | undefined);
  Object.assign(window, { picked: order, select: setOrder });
  return (
    <Suspense fallback={<p>…</p>}>
      <GraphsPanel
        model={props.model}
        runtime={props.runtime}
        selectedOrder={order}
        onPick={setOrder}
        colorBy={color}
        onColorBy={setColor}
        file="graph"
        initialCollapse={(ask.get("collapse") ?? undefined) as never}
      />
    </Suspense>
  );
}

const size = Number(ask.get("nodes"));
const only = ask.get("only");
const pick = async (kind: "ir" | "runtime", name: string) =>
  only && only !== kind ? undefined : size ? transformer(size, kind) : await fetched(name);
const [model, runtime] = [await pick("ir", "model"), await pick("runtime", "runtime")];
// On the page the code is fetched while the server answers.
if (!ask.has("cold")) await load();
Object.assign(window, { bench: { ready: performance.now() } });
createRoot(document.getElementById("root") as HTMLElement).render(
  <MantineProvider theme={theme} forceColorScheme={ask.get("scheme") === "dark" ? "dark" : "light"}>
    <Harness model={model} runtime={runtime} />
  </MantineProvider>,
);
