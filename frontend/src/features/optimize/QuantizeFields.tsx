import { Checkbox, NativeSelect, NumberInput, SegmentedControl, TextInput } from "@mantine/core";
import type { Dataset, Project, Report } from "../../api/types";
import { nameProblem } from "../imports/names";
import { CalibrationFields } from "./CalibrationFields";
import { IgnoredFields } from "./IgnoredFields";
import { MeasureFields } from "./MeasureFields";
import { dropFactor, metricIsShare, NOT_ANNOTATED, type QuantizeForm } from "./makeForm";

interface Props {
  project: Project;
  dataset: Dataset | undefined;
  /** A report of this project tells which metrics there are. */
  report: Report | undefined;
  form: QuantizeForm;
  onChange: (next: Partial<QuantizeForm>) => void;
}

const DEVICES = ["auto", "ANY", "CPU", "CPU_SPR", "GPU", "NPU"] as const;
const TYPES = ["auto", "none", "transformer"] as const;

export function QuantizeFields({ project, dataset, report, form, onChange }: Props) {
  const annotated = dataset?.annotated !== false;
  return (
    <>
      <TextInput
        label="Name of the new model"
        placeholder={`${project.model?.name ?? "model"} INT8`}
        value={form.name}
        onChange={(event) => onChange({ name: event.currentTarget.value })}
        error={nameProblem(form.name)}
      />
      <CalibrationFields
        project={project}
        form={form.calibration}
        judged={form.measure.accuracy || form.control}
        onChange={(calibration) => onChange({ calibration })}
      />
      <fieldset>
        <legend>How</legend>
        <SegmentedControl
          aria-label="Preset"
          fullWidth
          value={form.preset}
          onChange={(value) => onChange({ preset: value === "mixed" ? "mixed" : "performance" })}
          data={[
            { value: "performance", label: "performance: symmetric" },
            { value: "mixed", label: "mixed: activations asymmetric" },
          ]}
        />
        <div className="field-row">
          <NativeSelect
            label="Made for"
            value={form.targetDevice}
            onChange={(event) =>
              onChange({
                targetDevice: DEVICES.find((entry) => entry === event.currentTarget.value) ?? "auto",
              })
            }
            data={DEVICES.map((value) => ({
              value,
              label:
                value === "auto" ? `this device: ${project.device}` : value === "ANY" ? "any device" : value,
            }))}
          />
          <NativeSelect
            label="Type of the model"
            value={form.modelType}
            onChange={(event) =>
              onChange({ modelType: TYPES.find((entry) => entry === event.currentTarget.value) ?? "auto" })
            }
            data={[
              { value: "auto", label: "found out" },
              { value: "none", label: "no transformer" },
              { value: "transformer", label: "transformer" },
            ]}
          />
        </div>
        <Checkbox
          label="fast bias correction"
          description="Without it every layer's shift is corrected by running the model again: more exact, much slower."
          checked={form.fastBias}
          onChange={(event) => onChange({ fastBias: event.currentTarget.checked })}
        />
        <div className="field-row">
          <NativeSelect
            label="SmoothQuant"
            value={form.smooth}
            onChange={(event) =>
              onChange({
                smooth:
                  (["auto", "on", "off"] as const).find((v) => v === event.currentTarget.value) ?? "auto",
              })
            }
            data={[
              { value: "auto", label: "as fits the type" },
              { value: "on", label: "on" },
              { value: "off", label: "off" },
            ]}
          />
          {form.smooth !== "off" && (
            <NumberInput
              label="Its strength"
              placeholder="0.95"
              min={0}
              max={1}
              step={0.05}
              value={form.alpha}
              onChange={(value) => onChange({ alpha: typeof value === "number" ? value : "" })}
            />
          )}
        </div>
      </fieldset>
      <IgnoredFields
        model={project.model?.id ?? ""}
        form={form.ignored}
        onChange={(ignored) => onChange({ ignored })}
      />
      <ControlFields
        annotated={annotated}
        task={project.model?.task}
        report={report}
        form={form}
        onChange={onChange}
      />
      <MeasureFields
        form={form.measure}
        annotated={annotated}
        onChange={(measure) => onChange({ measure })}
      />
    </>
  );
}

interface ControlProps {
  annotated: boolean;
  task: string | null | undefined;
  report: Report | undefined;
  form: QuantizeForm;
  onChange: (next: Partial<QuantizeForm>) => void;
}

function ControlFields({ annotated, task, report, form, onChange }: ControlProps) {
  const share = metricIsShare(report, form.metric, task);
  const percent = dropFactor(form.dropType, share) === 0.01;
  const unit =
    form.dropType === "relative" ? " %" : percent ? " pp" : ` ${unitOf(report, form.metric) || "dB"}`;
  return (
    <fieldset>
      <legend>Accuracy</legend>
      <Checkbox
        label="hold it: put back what hurts most until the drop is within a limit"
        description={annotated ? "It takes longer: operations are ranked by what they cost." : NOT_ANNOTATED}
        checked={form.control && annotated}
        disabled={!annotated}
        onChange={(event) => onChange({ control: event.currentTarget.checked })}
      />
      {form.control && annotated && (
        <>
          <div className="field-row">
            <NativeSelect
              label="Metric"
              value={form.metric}
              onChange={(event) => onChange({ metric: event.currentTarget.value })}
              data={[
                {
                  value: "",
                  label: report?.primary
                    ? `the usual: ${report.metrics[report.primary]?.label ?? report.primary}`
                    : "the one that stands for a report",
                },
                ...Object.entries(report?.metrics ?? {}).map(([value, { label }]) => ({ value, label })),
              ]}
            />
            <NumberInput
              label="May drop by at most"
              min={0}
              suffix={unit}
              value={form.maxDrop}
              onChange={(value) => onChange({ maxDrop: typeof value === "number" ? value : "" })}
              error={form.maxDrop === "" || form.maxDrop <= 0 ? "More than 0." : null}
            />
          </div>
          <div className="field-row">
            <NativeSelect
              label="The drop is"
              value={form.dropType}
              onChange={(event) =>
                onChange({ dropType: event.currentTarget.value === "relative" ? "relative" : "absolute" })
              }
              data={[
                { value: "absolute", label: "absolute: of the metric itself" },
                { value: "relative", label: "relative: a share of what it was" },
              ]}
            />
            <NumberInput
              label="Ranked with"
              placeholder="300 samples"
              min={1}
              suffix=" samples"
              value={form.rankingSamples}
              onChange={(value) =>
                onChange({ rankingSamples: typeof value === "number" ? Math.round(value) : "" })
              }
            />
          </div>
        </>
      )}
    </fieldset>
  );
}

function unitOf(report: Report | undefined, metric: string): string {
  const name = metric || report?.primary;
  return (name && report?.metrics[name]?.unit) || "";
}
