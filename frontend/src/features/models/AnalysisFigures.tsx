import type { Analysis, Model } from "../../api/types";
import { Figure, Figures } from "../../components/Figure";
import { bytes, decimal, NBSP, percent, type Quantity, scaled } from "../../format/number";

const EXPLAINED = {
  gflop:
    "Floating-point operations of one inference, in 10⁹; a multiply-add counts as two. Computed from the graph, not measured.",
  giop: "Integer operations of one inference, in 10⁹: those whose inputs are quantised to 8 bits or fewer.",
  parameters: "Weights that the model learned. Each constant counts once, also when several layers share it.",
  weights: "What the weights take in the file and in memory, before the device rearranges them.",
  memory:
    "Activations of one inference: at least, when every tensor is freed as soon as its last reader has run; at most, when none is. Real use lies between, and is measured in projects.",
  sparsity: "Share of the weights that are zero.",
};

function share(value: number | null | undefined): Quantity {
  const [number = "", unit = ""] = percent(value).split(NBSP);
  return { value: number, unit };
}

/** The numbers of the analysis. With dynamic dimensions the operations are a formula. */
export function AnalysisFigures({ model, analysis }: { model: Model; analysis: Analysis }) {
  const unknown = analysis.unknown_operations?.length ?? 0;
  const [least, most] = [bytes(analysis.minimum_memory_bytes), bytes(analysis.maximum_memory_bytes)];
  const incomplete = unknown > 0 ? "without the unknown operations below" : undefined;
  return (
    <Figures label={`Analysis of ${model.name}`}>
      <Figure
        label="Work"
        explain={EXPLAINED.gflop}
        quantity={{ value: decimal(analysis.gflop, 3), unit: analysis.gflop === null ? "" : "GFLOP" }}
        note={
          analysis.gflop_expression ??
          incomplete ??
          (analysis.batch ? `for batch ${analysis.batch}` : undefined)
        }
      />
      {(analysis.giop ?? 0) > 0 && (
        <Figure
          label="Integer work"
          explain={EXPLAINED.giop}
          quantity={{ value: decimal(analysis.giop, 3), unit: "GIOP" }}
          note={analysis.quantized ? "quantised" : undefined}
        />
      )}
      <Figure label="Parameters" explain={EXPLAINED.parameters} quantity={scaled(analysis.parameters)} />
      <Figure
        label="Weights"
        explain={EXPLAINED.weights}
        quantity={bytes(analysis.weight_bytes)}
        note={analysis.precisions?.join(", ")}
      />
      <Figure
        label="Activations"
        explain={EXPLAINED.memory}
        quantity={least}
        more={most.unit ? `to ${most.value}${NBSP}${most.unit}` : undefined}
        note="least to most"
      />
      <Figure label="Sparsity" explain={EXPLAINED.sparsity} quantity={share(analysis.sparsity)} />
    </Figures>
  );
}
