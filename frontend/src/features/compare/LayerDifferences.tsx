import { NativeSelect } from "@mantine/core";
import { useMemo } from "react";
import type { Comparison } from "../../api/types";
import type { CompareSearch } from "../../app/search";
import { Explain } from "../../components/Explain";
import { FacetMenu } from "../../components/FacetMenu";
import { Panel } from "../../components/Panel";
import { SearchField } from "../../components/SearchField";
import { EmptyState } from "../../components/States";
import { counted, decimal, NBSP, percent } from "../../format/number";
import { DifferenceDetail } from "./DifferenceDetail";
import { DifferenceTable } from "./DifferenceTable";
import { filtered, sorted, totalOf, typesOf, USUAL_SORT } from "./differences";
import { scaleOf } from "./metrics";
import { letter, sideNames } from "./sides";

interface Props {
  comparison: Comparison;
  search: CompareSearch;
  onChange: (next: Partial<CompareSearch>) => void;
}

/** Where the time went: layer by layer, what changed most first. */
export function LayerDifferences({ comparison, search, onChange }: Props) {
  const { sides, layers } = comparison;
  const missing = sides.flatMap((side, index) => (side.run.has_layers ? [] : [letter(index)]));
  return (
    <Panel title="Layer differences" aside={layers.length > 0 && <Accounted comparison={comparison} />}>
      {layers.length === 0 ? (
        <EmptyState
          title={
            missing.length > 0
              ? `Layers were not measured for ${missing.join(" and ")}`
              : "No layer can be matched"
          }
        >
          {missing.length > 0
            ? "Run the benchmark of that side again with layer times, and compare the new run."
            : "The sides have no original layers in common."}
        </EmptyState>
      ) : (
        <Loaded {...{ comparison, search, onChange }} />
      )}
    </Panel>
  );
}

/** How much of every side's time the rows tell of. */
function Accounted({ comparison }: { comparison: Comparison }) {
  const { accounted } = comparison;
  return (
    <span>
      <Explain text="Executed layers are matched through the original layers that were fused into them. What a side executes without a counterpart, such as conversions that only one of them needs, is not accounted for by matched rows.">
        matched rows account for
      </Explain>{" "}
      {accounted
        .map((share, index) =>
          share === null ? `no layers of ${letter(index)}` : `${percent(share)} of ${letter(index)}’s time`,
        )
        .join(", ")}
    </span>
  );
}

function Loaded({ comparison, search, onChange }: Props) {
  const { sides, layers } = comparison;
  const { q, types } = search;
  const other = Math.min(Math.max(1, Math.trunc(search.with ?? 1)), sides.length - 1);
  const sort = search.sort ?? USUAL_SORT;
  const rows = useMemo(
    () => sorted(filtered(layers, { q, types }), sort, other),
    [layers, q, types, sort, other],
  );
  const facets = useMemo(() => typesOf(layers), [layers]);
  const open = search.row === undefined ? undefined : layers.find((row) => row.key === search.row);
  const active = Boolean(q || types);
  const clear = () => onChange({ q: undefined, types: undefined });
  const toggle = (value: string) => {
    const next = types?.includes(value)
      ? types.filter((entry) => entry !== value)
      : [...(types ?? []), value];
    onChange({ types: next.length > 0 ? next : undefined });
  };
  const together = [totalOf(rows, 0), totalOf(rows, other)];
  const scale = scaleOf("µs", together);
  return (
    <>
      <div className="filters">
        {sides.length > 2 && (
          <NativeSelect
            aria-label="Side that is compared with A"
            value={String(other)}
            onChange={(event) => {
              const next = Number(event.currentTarget.value);
              onChange({ with: next === 1 ? undefined : next });
            }}
            data={sideNames(sides)
              .slice(1)
              .map((name, index) => ({ value: String(index + 1), label: `A with ${name}` }))}
          />
        )}
        <SearchField
          label="Layer, original or executed name"
          value={q}
          onChange={(next) => onChange({ q: next })}
          width={240}
        />
        <FacetMenu
          label={types ? `type: ${types.join(", ")}` : "type"}
          options={facets}
          chosen={types ?? []}
          onToggle={toggle}
        />
        {active && (
          <button type="button" className="chip" onClick={clear}>
            all filters ✕
          </button>
        )}
        <span className="grow" />
        <span className="small dim" role="status">
          {active ? `${rows.length} of ${counted(layers.length, "row")}` : counted(layers.length, "row")}
          {` · together ${together.map((time) => decimal(time / scale.factor, 4)).join(" → ")}${NBSP}${scale.unit}`}
        </span>
      </div>
      <DifferenceTable
        rows={rows}
        sides={sides.length}
        other={other}
        sort={sort}
        selected={open?.key}
        onSort={(next) => onChange({ sort: next === USUAL_SORT ? undefined : next })}
        onPick={(key) => onChange({ row: key === search.row ? undefined : key })}
        onClear={clear}
      />
      {open && <DifferenceDetail row={open} sides={sides} onClose={() => onChange({ row: undefined })} />}
    </>
  );
}
