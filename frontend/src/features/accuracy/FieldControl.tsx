import { Checkbox, NativeSelect, NumberInput, TextInput } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import type { Port } from "../../api/types";
import { shapeText } from "../../format/words";
import type { Field } from "./field";
import { typed, typedText } from "./fields";

interface Props {
  field: Field;
  value: unknown;
  onChange: (value: unknown) => void;
  /** What the server said of it. */
  problem?: string;
  /** Told when what was typed cannot be used, so that nothing older is saved in its place. */
  onProblem: (path: string, problem: string | null) => void;
  inputs: readonly Port[];
  outputs: readonly Port[];
}

// Explanations below the inputs, so that those of a row stand in one line.
export const ALIGNED = { inputWrapperOrder: ["label", "input", "description", "error"] } satisfies {
  inputWrapperOrder: ("label" | "input" | "description" | "error")[];
};
const portLabel = (port: Port) => `${port.name} · ${shapeText(port.shape)}`;

/** One field of a reading. */
export function FieldControl({ field, value, onChange, problem, onProblem, inputs, outputs }: Props) {
  const { kind, label, explain, unit, none } = field;
  const common = {
    label: unit ? `${label}, ${unit}` : label,
    description: explain,
    error: problem,
    ...ALIGNED,
  };
  switch (kind) {
    case "flag":
      return (
        <Checkbox
          label={label}
          description={explain}
          error={problem}
          checked={value === true}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
      );
    case "choice":
    case "input":
    case "output": {
      const ports = kind === "input" ? inputs : outputs;
      const options =
        kind === "choice"
          ? [...(field.options ?? [])]
          : ports.map((port) => ({ value: port.name, label: portLabel(port) }));
      const chosen = typeof value === "string" || typeof value === "number" ? String(value) : "";
      // A name that the model does not have is shown all the same: it is what was said.
      if (chosen !== "" && !options.some((option) => option.value === chosen))
        options.push({ value: chosen, label: `${chosen} (not there)` });
      return (
        <NativeSelect
          {...common}
          value={chosen}
          onChange={(event) => onChange(event.currentTarget.value === "" ? null : event.currentTarget.value)}
          data={none === undefined ? options : [{ value: "", label: none }, ...options]}
        />
      );
    }
    case "outputs":
      return <OutputsField {...{ field, value, onChange, outputs }} problem={problem} />;
    case "share":
    case "whole":
    case "number":
      return <NumberField {...{ field, value, onChange, onProblem }} common={common} />;
    default:
      return <TextField {...{ field, value, onChange, onProblem }} common={common} />;
  }
}

interface OutputsProps extends Pick<Props, "field" | "value" | "onChange" | "problem" | "outputs"> {}

/** Several outputs, in the order in which they are chosen. */
function OutputsField({ field, value, onChange, problem, outputs }: OutputsProps) {
  const chosen = Array.isArray(value) ? value.map(String) : [];
  const toggle = (name: string) => {
    const next = chosen.includes(name) ? chosen.filter((entry) => entry !== name) : [...chosen, name];
    onChange(next.length > 0 ? next : null);
  };
  return (
    <fieldset style={{ gridColumn: "1 / -1" }}>
      <legend>
        {field.label}
        {chosen.length === 0 && field.none ? `: ${field.none}` : ""}
      </legend>
      <div className="row wrap">
        {outputs.map((port) => {
          const place = chosen.indexOf(port.name);
          return (
            <button
              key={port.name}
              type="button"
              className={place < 0 ? "chip" : "chip accent"}
              aria-pressed={place >= 0}
              onClick={() => toggle(port.name)}
            >
              {place >= 0 && `${place + 1}. `}
              {portLabel(port)}
            </button>
          );
        })}
      </div>
      {field.explain && <p className="small faint">{field.explain}</p>}
      {problem && <p className="small bad-text">{problem}</p>}
    </fieldset>
  );
}

interface TypedProps extends Pick<Props, "field" | "value" | "onChange" | "onProblem"> {
  common: { label: string; description?: string; error?: string } & typeof ALIGNED;
}

function NumberField({ field, value, onChange, onProblem, common }: TypedProps) {
  const share = field.kind === "share";
  const [empty, setEmpty] = useState(false);
  const missing = empty && field.none === undefined;
  return (
    <NumberInput
      {...common}
      error={missing ? "Needed." : common.error}
      placeholder={field.none}
      value={empty || typeof value !== "number" ? "" : value}
      min={share ? 0 : field.min}
      max={share ? 1 : field.max}
      step={share ? 0.05 : 1}
      allowDecimal={field.kind !== "whole"}
      onChange={(next) => {
        const number = next === "" ? null : Number(next);
        const none = number === null || !Number.isFinite(number);
        setEmpty(none);
        onProblem(field.path, none && field.none === undefined ? "Needed." : null);
        if (!none) onChange(number);
        else if (field.none !== undefined) onChange(null);
      }}
    />
  );
}

function TextField({ field, value, onChange, onProblem, common }: TypedProps) {
  const [text, setText] = useState(() => typedText(field.kind, value));
  const [problem, setProblem] = useState<string | null>(null);
  const told = useRef(JSON.stringify(value));
  useEffect(() => {
    const now = JSON.stringify(value);
    if (now === told.current) return;
    told.current = now;
    setText(typedText(field.kind, value));
    setProblem(null);
  }, [value, field.kind]);
  return (
    <TextInput
      {...common}
      error={problem ?? common.error}
      placeholder={field.none}
      value={text}
      onChange={(event) => {
        const next = event.currentTarget.value;
        setText(next);
        const read = typed(field, next);
        const wrong = read.ok ? null : read.problem;
        setProblem(wrong);
        onProblem(field.path, wrong);
        if (read.ok) {
          told.current = JSON.stringify(read.value);
          onChange(read.value);
        }
      }}
    />
  );
}
