import { NativeSelect } from "@mantine/core";
import { useMemo, useState } from "react";
import type { Layer } from "../../api/types";
import { BOUNDS, LAYER_STATES, type LayerSearch } from "../../app/search";
import { fileName, saveText } from "../../components/download";
import { FacetMenu } from "../../components/FacetMenu";
import { SearchField } from "../../components/SearchField";
import { csv } from "../../format/csv";
import { counted } from "../../format/number";
import { LAYER_STATUS } from "../../format/words";
import { ConditionMenu } from "./ConditionMenu";
import { LAYER_COLUMNS, shownColumns, toggled } from "./columns";
import { conditionText, parseCondition, written } from "./conditions";
import { facet, isFiltered, NO_FILTER } from "./filter";

interface Props {
  runId: string;
  layers: readonly Layer[];
  rows: readonly Layer[];
  search: LayerSearch;
  onChange: (next: Partial<LayerSearch>) => void;
  file: string;
}

const UNITS: Record<string, string> = { time: "time_us", roof: "roof_share", weights: "weight_bytes" };

/** Filters that hold together; the address keeps them. */
export function LayerFilters({ runId, layers, rows, search, onChange, file }: Props) {
  const types = useMemo(() => facet(layers, (layer) => layer.type), [layers]);
  const precisions = useMemo(() => facet(layers, (layer) => layer.runtime_precision ?? ""), [layers]);
  const bounds = useMemo(() => facet(layers, (layer) => layer.bound ?? ""), [layers]);
  const active = isFiltered(search);
  const table = (all: boolean) =>
    csv(
      (all ? LAYER_COLUMNS : shownColumns(search.hide)).map((column) => ({
        header: UNITS[column.id] ?? column.id,
        value: column.csv,
      })),
      rows,
    );
  return (
    <div className="filters">
      <SearchField label="Name or original layer" value={search.q} onChange={(q) => onChange({ q })} />
      <FacetMenu
        label={search.types ? `type: ${search.types.join(", ")}` : "type"}
        options={types}
        chosen={search.types ?? []}
        onToggle={(value) => onChange({ types: toggled(search.types, value) })}
      />
      <FacetMenu
        label={search.precisions ? `runs in: ${search.precisions.join(", ")}` : "runs in"}
        options={precisions.map((entry) => ({ ...entry, label: entry.value || "not told" }))}
        chosen={search.precisions ?? []}
        onToggle={(value) => onChange({ precisions: toggled(search.precisions, value) })}
      />
      {bounds.some(({ value }) => value !== "") && (
        <FacetMenu
          label={search.bounds ? `bound by: ${search.bounds.join(", ")}` : "bound by"}
          options={bounds.filter(({ value }) => value !== "")}
          chosen={search.bounds ?? []}
          onToggle={(value) =>
            onChange({
              bounds: toggled(search.bounds, value)?.flatMap(
                (entry) => BOUNDS.find((known) => known === entry) ?? [],
              ),
            })
          }
        />
      )}
      <NativeSelect
        aria-label="Status"
        value={search.status ?? ""}
        onChange={(event) =>
          onChange({ status: LAYER_STATES.find((entry) => entry === event.currentTarget.value) })
        }
        data={[
          { value: "", label: "any status" },
          ...LAYER_STATES.map((value) => ({ value, label: LAYER_STATUS[value] })),
        ]}
      />
      {(search.where ?? []).map((text) => {
        const condition = parseCondition(text);
        return (
          condition && (
            <button
              key={text}
              type="button"
              className="chip accent"
              aria-label={`Take the condition ${conditionText(condition)} away`}
              onClick={() => onChange({ where: toggled(search.where, text) })}
            >
              {conditionText(condition)} ✕
            </button>
          )
        );
      })}
      <ConditionMenu
        onAdd={(condition) => {
          const text = written(condition);
          if (!search.where?.includes(text)) onChange({ where: [...(search.where ?? []), text] });
        }}
      />
      {search.only && (
        <button type="button" className="chip accent" onClick={() => onChange({ only: undefined })}>
          {counted(search.only.length, "layer")} of a finding ✕
        </button>
      )}
      {active && (
        <button type="button" className="chip" onClick={() => onChange(NO_FILTER)}>
          all filters ✕
        </button>
      )}
      <span className="grow" />
      <span className="small dim" role="status">
        {active ? `${rows.length} of ${counted(layers.length, "layer")}` : counted(layers.length, "layer")}
      </span>
      <FacetMenu
        label="columns"
        quiet
        options={LAYER_COLUMNS.filter((column) => column.id !== "name").map((column) => ({
          value: column.id,
          label: column.label,
        }))}
        chosen={shownColumns(search.hide).map((column) => column.id)}
        onToggle={(id) => onChange({ hide: toggled(search.hide, id) })}
      />
      <CopyRows text={() => table(false)} />
      <button
        type="button"
        className="chip"
        title="The rows shown, with all columns"
        onClick={() => saveText(fileName(`${file}.csv`), table(true))}
      >
        CSV
      </button>
      <a
        className="chip"
        href={`/api/v1/runs/${runId}/layers/export?format=json`}
        download
        title="All layers with all that is known of them"
      >
        JSON
      </a>
    </div>
  );
}

/** The rows and columns that are shown, for a spreadsheet. */
function CopyRows({ text }: { text: () => string }) {
  const [outcome, setOutcome] = useState("Copy");
  const copy = () => {
    const done = navigator.clipboard?.writeText(text()) ?? Promise.reject(new Error("no clipboard"));
    done.then(
      () => setOutcome("Copied"),
      () => setOutcome("not allowed here"),
    );
    setTimeout(() => setOutcome("Copy"), 2000);
  };
  return (
    <button type="button" className="chip" title="The rows and columns shown, as CSV" onClick={copy}>
      <span aria-live="polite">{outcome}</span>
    </button>
  );
}
