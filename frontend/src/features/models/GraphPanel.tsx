import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { asApiError } from "../../api/errors";
import type { Model } from "../../api/types";
import { Action } from "../../components/Action";
import { Panel } from "../../components/Panel";
import { ErrorState } from "../../components/States";
import type { ColorMode } from "../../graph/types";
import { LazyGraphs } from "../graphs/LazyGraphs";
import { MakeGraph } from "../graphs/MakeGraph";
import { modelGraphQuery } from "../graphs/queries";

/** The model as a graph, once it is asked for: a large one is some megabytes. */
export function GraphPanel({ model }: { model: Model }) {
  const [shown, setShown] = useState(false);
  return (
    <Panel
      title="Graph"
      aside={
        <Action size="xs" onClick={() => setShown(!shown)}>
          {shown ? "Hide" : "Show the graph"}
        </Action>
      }
    >
      {shown ? (
        <Shown model={model} />
      ) : (
        <p className="dim">
          Its operations with their shapes and attributes, to be searched and exported. The graph that a
          device makes of it stands on the page of a project.
        </p>
      )}
    </Panel>
  );
}

function Shown({ model }: { model: Model }) {
  const [colour, setColour] = useState<ColorMode | undefined>("type");
  const { data, error, refetch } = useQuery(modelGraphQuery(model.id));
  if (error) {
    return asApiError(error).code === "graph_not_made" ? (
      <MakeGraph model={model.id} />
    ) : (
      <ErrorState error={error} onRetry={() => void refetch()} compact />
    );
  }
  return (
    <LazyGraphs
      headless
      ready={data !== undefined}
      model={data}
      runtime={undefined}
      selectedOrder={null}
      onPick={() => {}}
      colorBy={colour}
      onColorBy={setColour}
      file={model.name}
    />
  );
}
