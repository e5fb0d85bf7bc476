import { Button, NativeSelect, Popover, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import type { ReportColumn } from "../../api/types";
import { type Operator, operatorsFor, valueProblem, written } from "./conditions";

interface Props {
  columns: readonly ReportColumn[];
  onAdd: (condition: string) => void;
}

/** One more condition: a column, a comparison, a value. */
export function FilterMenu({ columns, onAdd }: Props) {
  const [open, setOpen] = useState(false);
  const [name, setName] = useState("");
  const [operator, setOperator] = useState<Operator | null>(null);
  const [value, setValue] = useState("");
  const [tried, setTried] = useState(false);
  const column =
    columns.find((entry) => entry.name === name) ??
    columns.find((entry) => entry.name === "loss") ??
    columns[0];
  if (!column) return null;
  const operators = operatorsFor(column.type);
  const chosen = operators.find((entry) => entry.value === operator)?.value ?? operators[0]?.value ?? "=";
  const wanted = column.type === "boolean" && value === "" ? "true" : value;
  const problem = valueProblem(column.type, { operator: chosen, value: wanted });
  const add = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (problem) return;
    onAdd(written({ column: column.name, operator: chosen, value: wanted.trim() }));
    setValue("");
    setTried(false);
    setOpen(false);
  };
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-start" trapFocus shadow="none" withinPortal>
      <Popover.Target>
        <button type="button" className="chip" aria-expanded={open} onClick={() => setOpen(!open)}>
          + filter ▾
        </button>
      </Popover.Target>
      <Popover.Dropdown aria-label="A condition on the samples">
        <form className="row wrap" onSubmit={add} style={{ maxWidth: 620, alignItems: "flex-start" }}>
          <NativeSelect
            aria-label="Column"
            value={column.name}
            onChange={(event) => {
              setName(event.currentTarget.value);
              setTried(false);
            }}
            data={columns.map((entry) => ({ value: entry.name, label: entry.label }))}
          />
          <NativeSelect
            aria-label="Comparison"
            value={chosen}
            onChange={(event) =>
              setOperator(operators.find((entry) => entry.value === event.currentTarget.value)?.value ?? null)
            }
            data={operators}
          />
          {column.type === "boolean" ? (
            <NativeSelect
              aria-label="Value"
              value={wanted}
              onChange={(event) => setValue(event.currentTarget.value)}
              data={[
                { value: "true", label: "yes" },
                { value: "false", label: "no" },
              ]}
            />
          ) : (
            <TextInput
              aria-label="Value"
              placeholder={chosen === "in" ? "several, with commas" : column.unit || "value"}
              w={170}
              value={value}
              onChange={(event) => setValue(event.currentTarget.value)}
              error={tried ? problem : undefined}
            />
          )}
          <Button type="submit" variant="filled">
            Add
          </Button>
          {column.description && (
            <p className="small dim" style={{ width: "100%" }}>
              {column.description}
            </p>
          )}
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
