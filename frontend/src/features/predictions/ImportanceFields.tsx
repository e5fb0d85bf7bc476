import { NumberInput } from "@mantine/core";
import { useState } from "react";
import type { ImportanceWanted } from "../../api/types";
import { Action } from "../../components/Action";
import { Explain } from "../../components/Explain";
import { Panel } from "../../components/Panel";
import { importanceOf, importanceProblem, RISE } from "./trying";

interface Props {
  onRun: (wanted: ImportanceWanted) => void;
  reason: string | null;
}

/** Which parts of the picture the answer rests on. */
export function ImportanceFields({ onRun, reason }: Props) {
  const [form, setForm] = useState(RISE);
  const problem = importanceProblem(form);
  const number = (value: number | string) => (typeof value === "number" ? value : "");
  return (
    <Panel
      title={
        <Explain text="RISE (Petsiuk, Das, Saenko 2018): the picture is covered by many random masks; where an uncovered spot raises the score of a class, it matters to it. The model itself is not looked into.">
          Why this answer
        </Explain>
      }
    >
      <div className="stack tight">
        <div className="field-row" style={{ gridTemplateColumns: "1fr 1fr" }}>
          <NumberInput
            label="Masks"
            min={10}
            max={20_000}
            allowDecimal={false}
            thousandSeparator=","
            value={form.masks}
            onChange={(value) => setForm({ ...form, masks: number(value) })}
          />
          <NumberInput
            label={
              <Explain text="Cells of a mask along each side: more show finer parts and need more masks.">
                Grid
              </Explain>
            }
            aria-label="Grid"
            min={2}
            max={32}
            allowDecimal={false}
            value={form.grid}
            onChange={(value) => setForm({ ...form, grid: number(value) })}
          />
          <NumberInput
            label={<Explain text="How likely a cell is left uncovered.">p</Explain>}
            aria-label="Probability p"
            min={0.01}
            max={0.99}
            step={0.05}
            value={form.probability}
            onChange={(value) => setForm({ ...form, probability: number(value) })}
          />
          <NumberInput
            label="Seed"
            min={0}
            max={2 ** 31 - 1}
            allowDecimal={false}
            value={form.seed}
            onChange={(value) => setForm({ ...form, seed: number(value) })}
          />
        </div>
        {problem && <p className="bad-text small">{problem}</p>}
        <div className="row between wrap">
          <span className="small dim">{form.masks || 0} inferences</span>
          <Action onClick={() => onRun(importanceOf(form))} reason={reason ?? problem ?? undefined}>
            Make the map
          </Action>
        </div>
      </div>
    </Panel>
  );
}
