import { NativeSelect, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import type { Model, Preprocessing } from "../../api/types";
import { Action } from "../../components/Action";
import { Explain } from "../../components/Explain";
import { Panel } from "../../components/Panel";
import { ErrorState } from "../../components/States";
import { FoldForm } from "./FoldForm";
import { countProblem, PRESETS, parseNumbers } from "./preprocessing";
import { changeModel, modelQuery } from "./queries";

const COLORS = ["RGB", "BGR", "GRAY"] as const;
const RESIZES = [
  { value: "stretch", label: "stretch to the input" },
  { value: "letterbox", label: "fit, pad the rest" },
  { value: "crop", label: "fill, crop the rest" },
];

/** How pictures become the model's input. It matters for real samples, and from accuracy on for every result. */
export function PreprocessingPanel({ model }: { model: Model }) {
  const client = useQueryClient();
  const known = model.preprocessing;
  const [color, setColor] = useState<Preprocessing["color"]>(known?.color ?? null);
  const [resize, setResize] = useState<Preprocessing["resize"]>(known?.resize ?? "stretch");
  const [mean, setMean] = useState(known?.mean?.join(", ") ?? "");
  const [scale, setScale] = useState(known?.scale?.join(", ") ?? "");

  const means = parseNumbers(mean);
  const scales = parseNumbers(scale, true);
  const meanProblem = means.ok ? countProblem(color, means.values) : means.problem;
  const scaleProblem = scales.ok ? countProblem(color, scales.values) : scales.problem;
  const wanted: Preprocessing = {
    crop_fraction: known?.crop_fraction ?? 1,
    interpolation: known?.interpolation ?? "linear",
    pad_value: known?.pad_value ?? 114,
    color,
    resize,
    mean: means.ok ? means.values : null,
    scale: scales.ok ? scales.values : null,
  };
  const before = { color: null, resize: "stretch", mean: null, scale: null, ...known };
  const changed = (["color", "resize", "mean", "scale"] as const).some(
    (field) => JSON.stringify(wanted[field]) !== JSON.stringify(before[field]),
  );

  const save = useMutation({
    mutationFn: () => changeModel(model.id, { preprocessing: wanted }),
    onSuccess: (next) => {
      client.setQueryData(modelQuery(model.id).queryKey, next);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (changed && !meanProblem && !scaleProblem) save.mutate();
  };

  return (
    <Panel
      title={
        <Explain text="A picture is resized, its channels are put in order, then each value becomes (value − mean) ÷ scale.">
          Preprocessing
        </Explain>
      }
    >
      <form className="fields" onSubmit={submit} aria-label="Preprocessing">
        <div className="field-row">
          <NativeSelect
            label="Channels"
            value={color ?? ""}
            onChange={(event) =>
              setColor(COLORS.find((entry) => entry === event.currentTarget.value) ?? null)
            }
            data={[{ value: "", label: "not stated" }, ...COLORS]}
          />
          <NativeSelect
            label="Resize"
            value={resize}
            onChange={(event) => setResize(event.currentTarget.value as Preprocessing["resize"])}
            data={RESIZES}
          />
        </div>
        <div className="field-row">
          <TextInput
            label="Mean, subtracted"
            placeholder="none"
            value={mean}
            onChange={(event) => setMean(event.currentTarget.value)}
            error={meanProblem}
          />
          <TextInput
            label="Scale, divided by"
            placeholder="none"
            value={scale}
            onChange={(event) => setScale(event.currentTarget.value)}
            error={scaleProblem}
          />
        </div>
        <div className="row wrap">
          <span className="small dim">Usual ones:</span>
          {PRESETS.map((preset) => (
            <button
              key={preset.name}
              type="button"
              className="chip"
              onClick={() => {
                setMean(preset.mean);
                setScale(preset.scale);
                setColor(preset.color);
              }}
            >
              {preset.name}
            </button>
          ))}
        </div>
        {save.error && <ErrorState error={save.error} compact />}
        <div className="row">
          <Action
            type="submit"
            loading={save.isPending}
            reason={
              !changed
                ? "Nothing was changed."
                : meanProblem || scaleProblem
                  ? "Mean or scale cannot be used as they are."
                  : undefined
            }
          >
            Save
          </Action>
          <FoldForm model={model} unsaved={changed} />
          {save.isSuccess && !changed && <span className="small good-text">saved</span>}
        </div>
      </form>
    </Panel>
  );
}
