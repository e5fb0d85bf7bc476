import { Checkbox, Textarea, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useDeferredValue, useId, useMemo, useState } from "react";
import { FacetMenu } from "../../components/FacetMenu";
import { VirtualBody } from "../../components/table/VirtualBody";
import { count, counted } from "../../format/number";
import { type IgnoredForm, patternProblem } from "./makeForm";
import classes from "./Optimize.module.css";
import { found, typesOf } from "./operations";
import { operationsQuery } from "./queries";

interface Props {
  model: string;
  form: IgnoredForm;
  onChange: (next: IgnoredForm) => void;
}

/** Which operations keep their precision: picked from the model's own, by expression, or by type. */
export function IgnoredFields({ model, form, onChange }: Props) {
  const { data: operations, error } = useQuery({ ...operationsQuery(model), enabled: model !== "" });
  const [picking, setPicking] = useState(false);
  const [typed, setTyped] = useState("");
  const wanted = useDeferredValue(typed);
  const rows = useMemo(() => found(operations ?? [], wanted), [operations, wanted]);
  const types = useMemo(() => typesOf(operations ?? []), [operations]);
  const chosen = useMemo(() => new Set(form.names), [form.names]);
  const labelId = useId();
  const set = (next: Partial<IgnoredForm>) => onChange({ ...form, ...next });
  const toggle = (name: string) =>
    set({
      names: chosen.has(name) ? form.names.filter((entry) => entry !== name) : [...form.names, name],
    });
  return (
    <fieldset>
      <legend id={labelId}>Keep their precision</legend>
      {form.names.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
        <ul className={classes.chips} aria-label="Operations that are not quantised" tabIndex={0}>
          {form.names.map((name) => (
            <li key={name} className="chip">
              <span className={classes.name}>{name}</span>
              <button
                type="button"
                className="plain"
                aria-label={`Quantise ${name} after all`}
                onClick={() => toggle(name)}
              >
                ✕
              </button>
            </li>
          ))}
        </ul>
      )}
      <div className="row wrap">
        <button
          type="button"
          className="chip"
          aria-expanded={picking}
          onClick={() => setPicking(!picking)}
          disabled={operations === undefined}
        >
          {picking ? "Close the list" : "Choose operations…"}
        </button>
        {types.length > 0 && (
          <FacetMenu
            label={form.types.length > 0 ? `types: ${form.types.join(", ")}` : "by type"}
            options={types}
            chosen={form.types}
            onToggle={(type) =>
              set({
                types: form.types.includes(type)
                  ? form.types.filter((entry) => entry !== type)
                  : [...form.types, type],
              })
            }
          />
        )}
        <span className="small dim" role="status">
          {error
            ? "This model has no table of its operations: name them by expression."
            : `${counted(form.names.length, "operation")} chosen`}
        </span>
        {form.names.length > 0 && (
          <button type="button" className="chip" onClick={() => set({ names: [] })}>
            None
          </button>
        )}
      </div>
      {picking && operations && (
        <>
          <TextInput
            type="search"
            label="Search operations"
            placeholder="name or type"
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            data-autofocus
          />
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard */}
          <section className={`scroll ${classes.pick}`} aria-label="Operations of the model" tabIndex={0}>
            <table className="data fixed" aria-rowcount={rows.length + 1}>
              <caption className="unseen">
                {count(rows.length)} of {counted(operations.length, "operation")}
              </caption>
              <thead>
                <tr>
                  <th scope="col">Operation</th>
                  <th scope="col" style={{ width: 130 }}>
                    Type
                  </th>
                </tr>
              </thead>
              <VirtualBody
                count={rows.length}
                columns={2}
                row={(index, attributes) => {
                  const row = rows[index];
                  if (!row) return null;
                  return (
                    <tr key={row.name} {...attributes}>
                      <td title={row.name}>
                        <Checkbox
                          size="xs"
                          label={row.name}
                          checked={chosen.has(row.name)}
                          onChange={() => toggle(row.name)}
                          data-row-focus
                        />
                      </td>
                      <td>{row.type}</td>
                    </tr>
                  );
                }}
              />
            </table>
          </section>
          {rows.length > 0 && rows.length < operations.length && (
            <div>
              <button
                type="button"
                className="chip"
                onClick={() => set({ names: [...new Set([...form.names, ...rows.map(({ name }) => name)])] })}
              >
                Choose all {count(rows.length)} found
              </button>
            </div>
          )}
        </>
      )}
      <Textarea
        label="By expression"
        description="A regular expression over whole names in each line."
        placeholder=".*head.*"
        autosize
        minRows={1}
        maxRows={6}
        value={form.patterns}
        onChange={(event) => set({ patterns: event.currentTarget.value })}
        error={patternProblem(form.patterns)}
      />
    </fieldset>
  );
}
