import { Button, NativeSelect, NumberInput, Popover } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { type Condition, MEASURES } from "./conditions";

const KINDS = [
  { value: "above", label: "more than" },
  { value: "below", label: "less than" },
  { value: "between", label: "between" },
] as const;
type Kind = (typeof KINDS)[number]["value"];

/** One more condition on a number of the layers. */
export function ConditionMenu({ onAdd }: { onAdd: (condition: Condition) => void }) {
  const [open, setOpen] = useState(false);
  const [measure, setMeasure] = useState(MEASURES[0]);
  const [kind, setKind] = useState<Kind>("above");
  const [low, setLow] = useState<number | "">("");
  const [high, setHigh] = useState<number | "">("");
  const ready = low !== "" && (kind !== "between" || high !== "");
  const add = (event: FormEvent) => {
    event.preventDefault();
    if (!measure || low === "") return;
    if (kind !== "between") onAdd({ measure, kind, value: low });
    else if (high !== "") onAdd({ measure, kind, low: Math.min(low, high), high: Math.max(low, high) });
    setLow("");
    setHigh("");
    setOpen(false);
  };
  // Numbers with more digits than are safe come as text.
  const numeric = (value: string | number) =>
    value === "" || !Number.isFinite(Number(value)) ? "" : Number(value);
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-start" trapFocus shadow="none" withinPortal>
      <Popover.Target>
        <button type="button" className="chip" aria-expanded={open} onClick={() => setOpen(!open)}>
          + condition ▾
        </button>
      </Popover.Target>
      <Popover.Dropdown aria-label="A condition on a number">
        <form className="row wrap" onSubmit={add} style={{ maxWidth: 560 }}>
          <NativeSelect
            aria-label="Number"
            value={measure?.id}
            onChange={(event) =>
              setMeasure(MEASURES.find((entry) => entry.id === event.currentTarget.value) ?? MEASURES[0])
            }
            data={MEASURES.map(({ id, label }) => ({ value: id, label }))}
          />
          <NativeSelect
            aria-label="Comparison"
            value={kind}
            onChange={(event) =>
              setKind(KINDS.find((entry) => entry.value === event.currentTarget.value)?.value ?? "above")
            }
            data={[...KINDS]}
          />
          <NumberInput
            aria-label={kind === "between" ? "From" : "Value"}
            w={110}
            hideControls
            suffix={measure?.unit ? ` ${measure.unit}` : ""}
            value={low}
            onChange={(value) => setLow(numeric(value))}
          />
          {kind === "between" && (
            <>
              <span className="dim">and</span>
              <NumberInput
                aria-label="To"
                w={110}
                hideControls
                suffix={measure?.unit ? ` ${measure.unit}` : ""}
                value={high}
                onChange={(value) => setHigh(numeric(value))}
              />
            </>
          )}
          <Button type="submit" variant="filled" disabled={!ready}>
            Add
          </Button>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
