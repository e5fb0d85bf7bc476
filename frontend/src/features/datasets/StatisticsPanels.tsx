import { SegmentedControl } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useCallback, useMemo, useState } from "react";
import type { Dataset, Statistics } from "../../api/types";
import { ChartPanel } from "../../charts/ChartPanel";
import type { ChartColors } from "../../charts/colors";
import { Explain } from "../../components/Explain";
import { Panel } from "../../components/Panel";
import { ErrorState, Skeleton } from "../../components/States";
import type { CsvColumn } from "../../format/csv";
import { count, percent } from "../../format/number";
import { type Bin, binsOf, histogramOption, type Measure, sentence } from "./histogram";
import { statisticsQuery } from "./queries";

const HEIGHT_PX = 230;
// COCO's bounds between small, medium and large: 32² and 96² pixels.
const SIZES = [
  { name: "medium", value: 32 },
  { name: "large", value: 96 },
];

/** How large pictures and boxes are. */
export function StatisticsPanels({ dataset }: { dataset: Dataset }) {
  const { data, error, refetch } = useQuery(statisticsQuery(dataset.id));
  if (error) {
    return (
      <Panel title="Sizes">
        <ErrorState error={error} onRetry={() => void refetch()} compact />
      </Panel>
    );
  }
  if (!data) {
    return (
      <Panel title="Sizes">
        <Skeleton height={HEIGHT_PX} />
      </Panel>
    );
  }
  const boxes = boxMeasures(data);
  return (
    <div className="columns two">
      {boxes.length > 0 && (
        <HistogramPanel title="Boxes" file={`${dataset.name}-boxes`} measures={boxes}>
          <Sizes statistics={data} />
        </HistogramPanel>
      )}
      <HistogramPanel
        title="Pictures"
        file={`${dataset.name}-pictures`}
        measures={[
          {
            key: "width",
            title: "width",
            axis: "width, px",
            unit: "px",
            of: PICTURES,
            histogram: data.widths,
          },
          {
            key: "height",
            title: "height",
            axis: "height, px",
            unit: "px",
            of: PICTURES,
            histogram: data.heights,
          },
        ]}
      />
    </div>
  );
}

const PICTURES = ["picture", "pictures"] as const;
const BOXES = ["box", "boxes"] as const;

function boxMeasures({ box_sizes, box_areas, boxes_per_sample }: Statistics): Measure[] {
  const all: (Measure | null)[] = [
    box_sizes && {
      key: "size",
      title: "size",
      axis: "√ of a box's area, px",
      unit: "px",
      of: BOXES,
      histogram: box_sizes,
      marks: SIZES,
    },
    box_areas && {
      key: "share",
      title: "share",
      axis: "area of a box / area of its picture",
      unit: "",
      of: BOXES,
      histogram: box_areas,
    },
    boxes_per_sample && {
      key: "number",
      title: "per picture",
      axis: "boxes of a picture",
      unit: "boxes",
      of: PICTURES,
      histogram: boxes_per_sample,
    },
  ];
  return all.filter((measure) => measure !== null);
}

const COLUMNS: CsvColumn<Bin>[] = [
  { header: "from", value: (bin) => bin.from },
  { header: "to", value: (bin) => bin.to },
  { header: "count", value: (bin) => bin.count },
  { header: "share", value: (bin) => bin.share },
];

interface Props {
  title: string;
  file: string;
  measures: readonly Measure[];
  children?: ReactNode;
}

function HistogramPanel({ title, file, measures, children }: Props) {
  const [key, setKey] = useState(measures[0]?.key);
  const measure = measures.find((entry) => entry.key === key) ?? measures[0];
  const bins = useMemo(() => (measure ? binsOf(measure.histogram) : []), [measure]);
  const option = useCallback(
    (colors: ChartColors) => (measure ? histogramOption(bins, measure, colors) : {}),
    [bins, measure],
  );
  const points = useMemo(
    () => (measure ? bins.map((bin, index) => ({ sentence: sentence(bin, measure), series: 0, index })) : []),
    [bins, measure],
  );
  if (!measure) return null;
  return (
    <ChartPanel
      title={title}
      label={`${title} by ${measure.axis}`}
      file={`${file}-${measure.key}`}
      option={option}
      height={HEIGHT_PX}
      points={points}
      rows={bins}
      columns={COLUMNS}
      controls={
        measures.length > 1 && (
          <SegmentedControl
            aria-label={`${title}: what is counted`}
            size="xs"
            value={measure.key}
            onChange={setKey}
            data={measures.map((entry) => ({ value: entry.key, label: entry.title }))}
          />
        )
      }
    >
      {children}
    </ChartPanel>
  );
}

function Sizes({ statistics: { small, medium, large } }: { statistics: Statistics }) {
  if (small === null || small === undefined) return null;
  const total = Math.max(1, small + (medium ?? 0) + (large ?? 0));
  const entry = (name: string, value: number | null | undefined, meaning: string) => (
    <span>
      <Explain text={`${meaning}, as COCO counts them.`}>{name}</Explain> {count(value)} ·{" "}
      {percent((value ?? 0) / total)}
    </span>
  );
  return (
    <p className="legend">
      {entry("small", small, "Below 32 × 32 pixels")}
      {entry("medium", medium, "From 32 × 32 to 96 × 96 pixels")}
      {entry("large", large, "Above 96 × 96 pixels")}
    </p>
  );
}
