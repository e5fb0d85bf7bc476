import { Checkbox, NativeSelect, NumberInput, TextInput } from "@mantine/core";
import type { CompressWanted, Dataset, Project } from "../../api/types";
import { nameProblem } from "../imports/names";
import { CalibrationFields } from "./CalibrationFields";
import { IgnoredFields } from "./IgnoredFields";
import { MeasureFields } from "./MeasureFields";
import { type CompressForm, isInt4, needsData } from "./makeForm";

interface Props {
  project: Project;
  dataset: Dataset | undefined;
  form: CompressForm;
  onChange: (next: Partial<CompressForm>) => void;
}

const MODES: { value: CompressWanted["mode"]; label: string }[] = [
  { value: "int8_asym", label: "INT8, asymmetric: a quarter of FP32" },
  { value: "int8_sym", label: "INT8, symmetric" },
  { value: "int4_sym", label: "INT4, symmetric: about an eighth" },
  { value: "int4_asym", label: "INT4, asymmetric" },
  { value: "fp16", label: "FP16: half of FP32" },
];

const METRICS: { value: CompressForm["metric"]; label: string }[] = [
  { value: "", label: "as NNCF chooses" },
  { value: "weight_quantization_error", label: "error of the weights: without data" },
  { value: "hessian_input_activation", label: "Hessian of the inputs" },
  { value: "mean_activation_variance", label: "mean variance of activations" },
  { value: "max_activation_variance", label: "largest variance of activations" },
  { value: "mean_activation_magnitude", label: "mean size of activations" },
];

/** Smaller weights; activations keep their precision. */
export function WeightsFields({ project, dataset, form, onChange }: Props) {
  const four = isInt4(form.mode);
  const needed = needsData(form);
  return (
    <>
      <TextInput
        label="Name of the new model"
        placeholder={`${project.model?.name ?? "model"} ${form.mode === "fp16" ? "FP16" : four ? "INT4 weights" : "INT8 weights"}`}
        value={form.name}
        onChange={(event) => onChange({ name: event.currentTarget.value })}
        error={nameProblem(form.name)}
      />
      <NativeSelect
        label="Weights in"
        value={form.mode}
        onChange={(event) =>
          onChange({ mode: MODES.find(({ value }) => value === event.currentTarget.value)?.value })
        }
        data={MODES}
      />
      {four && (
        <fieldset>
          <legend>INT4</legend>
          <div className="field-row">
            <NumberInput
              label="Weights with a common scale"
              placeholder="128"
              description="−1: a whole row"
              min={-1}
              max={65_536}
              value={form.groupSize}
              onChange={(value) =>
                onChange({ groupSize: typeof value === "number" ? Math.round(value) : "" })
              }
            />
            <NumberInput
              label="Share in INT4"
              placeholder="100 %"
              description="the others are INT8"
              min={0}
              max={100}
              suffix=" %"
              value={form.ratio}
              onChange={(value) => onChange({ ratio: typeof value === "number" ? value : "" })}
            />
          </div>
          <Checkbox
            label="first and last layers, too"
            checked={form.allLayers}
            onChange={(event) => onChange({ allLayers: event.currentTarget.checked })}
          />
          <NativeSelect
            label="Which weights stay in INT8, by"
            value={form.metric}
            onChange={(event) =>
              onChange({
                metric: METRICS.find(({ value }) => value === event.currentTarget.value)?.value ?? "",
              })
            }
            data={METRICS}
          />
          <Checkbox
            label="AWQ: scales weights by their activations first"
            checked={form.awq}
            onChange={(event) => onChange({ awq: event.currentTarget.checked })}
          />
          <Checkbox
            label="scale estimation: smaller error of each layer's output"
            checked={form.scale}
            onChange={(event) => onChange({ scale: event.currentTarget.checked })}
          />
        </fieldset>
      )}
      {four && (
        <Checkbox
          label="with samples of a dataset"
          description={
            needed ? "What is chosen above needs them." : "Without: only the weights are looked at."
          }
          checked={form.data || needed}
          disabled={needed}
          onChange={(event) => onChange({ data: event.currentTarget.checked })}
        />
      )}
      {four && (form.data || needed) && (
        <CalibrationFields
          project={project}
          form={form.calibration}
          judged={form.measure.accuracy}
          onChange={(calibration) => onChange({ calibration })}
        />
      )}
      {form.mode !== "fp16" && (
        <IgnoredFields
          model={project.model?.id ?? ""}
          form={form.ignored}
          onChange={(ignored) => onChange({ ignored })}
        />
      )}
      <MeasureFields
        form={form.measure}
        annotated={dataset?.annotated !== false}
        onChange={(measure) => onChange({ measure })}
      />
    </>
  );
}
