import { NativeSelect, NumberInput } from "@mantine/core";
import { useMemo } from "react";
import type { Layer } from "../../api/types";
import { LAYER_STATES, type LayerSearch } from "../../app/search";
import { fileName, saveText } from "../../components/download";
import { FacetMenu } from "../../components/FacetMenu";
import { SearchField } from "../../components/SearchField";
import { csv } from "../../format/csv";
import { counted } from "../../format/number";
import { LAYER_STATUS } from "../../format/words";
import { LAYER_COLUMNS, shownColumns, toggled } from "./columns";
import { facet } from "./filter";

interface Props {
  layers: readonly Layer[];
  rows: readonly Layer[];
  search: LayerSearch;
  onChange: (next: Partial<LayerSearch>) => void;
  file: string;
}

/** Filters that hold together; the address keeps them. */
export function LayerFilters({ layers, rows, search, onChange, file }: Props) {
  const types = useMemo(() => facet(layers, (layer) => layer.type), [layers]);
  const precisions = useMemo(() => facet(layers, (layer) => layer.runtime_precision ?? ""), [layers]);
  const { over, share, status } = search;
  const active = Boolean(
    search.q || search.types || search.precisions || status || over !== undefined || share !== undefined,
  );
  const above = (value: string | number) => (typeof value === "number" && value > 0 ? value : undefined);
  const save = () => {
    const columns = LAYER_COLUMNS.map((column) => ({
      header: column.id === "time" ? "time_us" : column.id,
      value: column.csv,
    }));
    saveText(fileName(`${file}.csv`), csv(columns, rows));
  };
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
      <NativeSelect
        aria-label="Status"
        value={status ?? ""}
        onChange={(event) =>
          onChange({ status: LAYER_STATES.find((entry) => entry === event.currentTarget.value) })
        }
        data={[
          { value: "", label: "any status" },
          ...LAYER_STATES.map((value) => ({ value, label: LAYER_STATUS[value] })),
        ]}
      />
      <NumberInput
        aria-label="Time above, in microseconds"
        placeholder="time >"
        suffix=" µs"
        w={92}
        min={0}
        hideControls
        value={over ?? ""}
        onChange={(value) => onChange({ over: above(value) })}
      />
      <NumberInput
        aria-label="Share above, in percent"
        placeholder="share >"
        suffix=" %"
        w={92}
        min={0}
        max={100}
        hideControls
        value={share ?? ""}
        onChange={(value) => onChange({ share: above(value) })}
      />
      {active && (
        <button
          type="button"
          className="chip"
          onClick={() =>
            onChange({
              q: undefined,
              types: undefined,
              precisions: undefined,
              status: undefined,
              over: undefined,
              share: undefined,
            })
          }
        >
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
      <button type="button" className="chip" onClick={save}>
        CSV
      </button>
    </div>
  );
}
