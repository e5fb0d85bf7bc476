import type { EChartsOption } from "echarts";
import { type ReactNode, useRef, useState } from "react";
import { fileName, saveAddress, saveText } from "../components/download";
import { Panel } from "../components/Panel";
import { type CsvColumn, csv } from "../format/csv";
import { Chart, type ChartHandle, type ChartPoint } from "./Chart";
import type { ChartColors } from "./colors";
import { DataTable } from "./DataTable";
import type { Frame } from "./plane";
import type { Plane } from "./usePlane";

interface Props<Row> {
  title: ReactNode;
  /** What the chart shows, for those who do not see it; also names the downloads. */
  label: string;
  file: string;
  option: (colors: ChartColors) => EChartsOption;
  height?: number;
  points?: readonly ChartPoint[];
  onPick?: (id: string) => void;
  rows: readonly Row[];
  columns: readonly CsvColumn<Row>[];
  /** In place of the plain table. */
  table?: ReactNode;
  /** Controlled by the page when the address names the view. */
  view?: "chart" | "table";
  onView?: (view: "chart" | "table") => void;
  controls?: ReactNode;
  plane?: Plane;
  overlay?: (frame: Frame) => ReactNode;
  /** Under the chart: legend and notes. */
  children?: ReactNode;
}

/** A chart with its data as a table, as CSV, and as a picture. */
export function ChartPanel<Row>(props: Props<Row>) {
  const { title, label, file, option, height, points, onPick, rows, columns, table, controls } = props;
  const { plane, overlay, children } = props;
  const [own, setOwn] = useState<"chart" | "table">("chart");
  const chart = useRef<ChartHandle>(null);
  const view = props.view ?? own;
  const setView = props.onView ?? setOwn;
  const savePicture = () => {
    const address = chart.current?.png();
    if (address) saveAddress(fileName(`${file}.png`), address);
  };
  return (
    <Panel
      title={title}
      aside={
        <>
          {controls}
          {plane && view === "chart" && <ZoomButton plane={plane} />}
          <button
            type="button"
            className={view === "table" ? "chip accent" : "chip"}
            aria-pressed={view === "table"}
            onClick={() => setView(view === "table" ? "chart" : "table")}
          >
            Table
          </button>
          <button
            type="button"
            className="chip"
            onClick={() => saveText(fileName(`${file}.csv`), csv(columns, rows))}
          >
            CSV
          </button>
          {view === "chart" && (
            <button type="button" className="chip" onClick={savePicture}>
              PNG
            </button>
          )}
        </>
      }
    >
      {view === "chart" ? (
        <>
          <Chart ref={chart} {...{ label, option, height, points, onPick, plane, overlay }} />
          {children}
        </>
      ) : (
        (table ?? <DataTable caption={label} rows={rows} columns={columns} height={height} />)
      )}
    </Panel>
  );
}

/** Only while something is out of sight; says how to get there otherwise. */
function ZoomButton({ plane }: { plane: Plane }) {
  if (plane.view === plane.full) return null;
  return (
    <button type="button" className="chip accent" onClick={() => plane.onView(null)}>
      Show all
    </button>
  );
}
