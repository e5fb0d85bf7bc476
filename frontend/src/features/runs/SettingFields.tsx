import { Checkbox, NativeSelect, NumberInput, SegmentedControl, TextInput } from "@mantine/core";
import type { Device, Port, Precision, Project } from "../../api/types";
import { MOST, numberList } from "./configurations";
import type { FormState } from "./form";
import { LoadFields } from "./LoadFields";

interface Props {
  project: Project;
  device: Device | undefined;
  /** Inputs with dimensions that the model leaves open. */
  dynamic: readonly Port[];
  form: FormState;
  onChange: (next: Partial<FormState>) => void;
}

const PRECISIONS: Precision[] = ["f32", "bf16", "f16"];

/** All that holds for every cell of the matrix. */
export function SettingFields({ project, device, dynamic, form, onChange }: Props) {
  const other = form.axis === "streams" ? "requests" : "streams";
  const listProblem = (text: string, most: number) => {
    const list = numberList(text, most);
    return list.ok ? null : list.problem;
  };
  const usual = project.precision ?? device?.default_precision;
  const toggle = (value: Precision | "") => {
    const has = form.precisions.includes(value);
    onChange({
      precisions: has ? form.precisions.filter((entry) => entry !== value) : [...form.precisions, value],
    });
  };
  return (
    <div className="stack" style={{ gap: 12 }}>
      <LoadFields form={form} onChange={onChange} />
      <fieldset>
        <legend>Inference precision</legend>
        <div className="row wrap" style={{ gap: "6px 14px" }}>
          <Checkbox
            label={`usual${usual ? `: ${usual}` : ""}`}
            checked={form.precisions.includes("")}
            onChange={() => toggle("")}
          />
          {PRECISIONS.map((value) => (
            <Checkbox
              key={value}
              label={value}
              checked={form.precisions.includes(value)}
              onChange={() => toggle(value)}
            />
          ))}
        </div>
      </fieldset>
      <div className="field-row" style={{ gridTemplateColumns: "1fr 1fr" }}>
        <TextInput
          label={other === "requests" ? "Requests in flight" : "Streams"}
          placeholder={other === "requests" ? "one a stream" : "1"}
          disabled={form.api === "sync"}
          value={form.beside}
          onChange={(event) => onChange({ beside: event.currentTarget.value })}
          error={listProblem(form.beside, MOST[other])}
        />
        <TextInput
          label="Threads"
          placeholder="the device's choice"
          value={form.threads}
          onChange={(event) => onChange({ threads: event.currentTarget.value })}
          error={listProblem(form.threads, MOST.threads)}
        />
      </div>
      <fieldset>
        <legend>Each run takes</legend>
        <div className="row">
          <SegmentedControl
            aria-label="How a run ends"
            value={form.end}
            onChange={(value) => onChange({ end: value === "iterations" ? "iterations" : "duration" })}
            data={[
              { value: "duration", label: "a time" },
              { value: "iterations", label: "requests" },
            ]}
          />
          {form.end === "duration" ? (
            <NumberInput
              aria-label="Seconds of each run"
              w={110}
              min={0.1}
              max={3600}
              suffix=" s"
              value={form.seconds}
              onChange={(value) => onChange({ seconds: typeof value === "number" ? value : "" })}
            />
          ) : (
            <NumberInput
              aria-label="Requests of each run"
              w={110}
              min={1}
              max={10_000_000}
              allowDecimal={false}
              thousandSeparator=","
              value={form.iterations}
              onChange={(value) => onChange({ iterations: typeof value === "number" ? value : "" })}
            />
          )}
        </div>
      </fieldset>
      <NativeSelect
        label="Input"
        value={form.input}
        onChange={(event) =>
          onChange({ input: event.currentTarget.value === "synthetic" ? "synthetic" : "dataset" })
        }
        data={[
          { value: "dataset", label: `samples of ${project.dataset?.name ?? "the dataset"}` },
          { value: "synthetic", label: "synthetic values" },
        ]}
      />
      {dynamic.map((port) => (
        <TextInput
          key={port.name}
          label={`Shape of ${port.name}`}
          description={`${port.shape?.join(" × ")}; usual sizes when nothing is named`}
          placeholder="1, 3, 224, 224"
          value={form.shapes[port.name] ?? ""}
          onChange={(event) =>
            onChange({ shapes: { ...form.shapes, [port.name]: event.currentTarget.value } })
          }
        />
      ))}
      <Checkbox
        label="layer times, from a separate run"
        checked={form.layers}
        onChange={(event) => onChange({ layers: event.currentTarget.checked })}
      />
      <Checkbox
        label="start-up from OpenVINO's cache"
        checked={form.startUp}
        onChange={(event) => onChange({ startUp: event.currentTarget.checked })}
      />
    </div>
  );
}
