import { Button } from "@mantine/core";
import {
  createSortedRowModel,
  rowSortingFeature,
  sortFn_alphanumeric,
  tableFeatures,
  useTable,
} from "@tanstack/react-table";
import { useMemo } from "react";
import type { Layer } from "../../api/types";
import { EmptyState } from "../../components/States";
import { SortHeader } from "../../components/table/SortHeader";
import { VirtualBody } from "../../components/table/VirtualBody";
import { LAYER_COLUMNS, shownColumns } from "./columns";

const features = tableFeatures({
  rowSortingFeature,
  sortedRowModel: createSortedRowModel(),
  sortFns: { alphanumeric: sortFn_alphanumeric },
});

const SORTED = LAYER_COLUMNS.map(({ id, sort, numeric }) => ({
  id,
  accessorFn: sort,
  sortUndefined: "last" as const,
  ...(numeric || id === "share" ? {} : { sortFn: "alphanumeric" as const }),
}));

// The name of a layer takes what is left, but at least this.
const NAME_PX = 200;

interface Props {
  rows: Layer[];
  sort: string;
  hide: string[] | undefined;
  selected: number | null;
  onSort: (sort: string) => void;
  onPick: (order: number) => void;
  onClear: () => void;
}

/** Every executed layer; only the rows in sight are there. */
export function LayersTable({ rows, sort, hide, selected, onSort, onPick, onClear }: Props) {
  const sorting = useMemo(() => [{ id: sort.replace("-", ""), desc: sort.startsWith("-") }], [sort]);
  const table = useTable({
    features,
    columns: SORTED,
    data: rows,
    state: { sorting },
    getRowId: (layer) => String(layer.order),
  });
  const sorted = table.getRowModel().rows;
  const columns = shownColumns(hide);
  const widest = Math.max(1e-9, ...rows.map((layer) => layer.share));

  if (rows.length === 0) {
    return (
      <EmptyState
        title="No layer fits the filters"
        actions={<Button onClick={onClear}>Take all filters away</Button>}
      >
        They hold together: a layer has to fit every one of them.
      </EmptyState>
    );
  }
  return (
    <div className="scroll" style={{ maxHeight: 560 }}>
      <table
        className="data fixed"
        aria-rowcount={rows.length + 1}
        style={{ minWidth: columns.reduce((sum, column) => sum + (column.width ?? NAME_PX), 0) }}
      >
        <caption className="unseen">Executed layers</caption>
        <colgroup>
          {columns.map((column) => (
            <col key={column.id} style={{ width: column.width }} />
          ))}
        </colgroup>
        <thead>
          <tr>
            {columns.map(({ id, label, numeric, explain }) => (
              <SortHeader
                key={id}
                {...{ id, label, numeric, explain, sort, onSort }}
                downFirst={id === "share" || (numeric === true && id !== "order")}
              />
            ))}
          </tr>
        </thead>
        <VirtualBody
          count={sorted.length}
          columns={columns.length}
          row={(index, attributes) => {
            const layer = sorted[index]?.original;
            if (!layer) return null;
            return (
              <tr
                key={layer.order}
                {...attributes}
                className="pick"
                aria-current={layer.order === selected ? "true" : undefined}
                onClick={() => onPick(layer.order)}
              >
                {columns.map((column) =>
                  column.id === "name" ? (
                    <th key={column.id} scope="row" className="ellipsis" title={layer.name}>
                      <button
                        type="button"
                        className="plain ellipsis"
                        style={{ display: "block", width: "100%" }}
                        data-row-focus
                        aria-expanded={layer.order === selected}
                      >
                        {layer.name}
                      </button>
                    </th>
                  ) : (
                    <td key={column.id} className={column.numeric ? "num" : undefined}>
                      {column.cell(layer, widest)}
                    </td>
                  ),
                )}
              </tr>
            );
          }}
        />
      </table>
    </div>
  );
}
