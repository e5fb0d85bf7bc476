import { useComputedColorScheme } from "@mantine/core";
import type { EChartsOption } from "echarts";
import type { EChartsType } from "echarts/core";
import {
  type KeyboardEvent,
  type ReactNode,
  type Ref,
  useEffect,
  useId,
  useImperativeHandle,
  useRef,
  useState,
} from "react";
import classes from "./Chart.module.css";
import { type ChartColors, readColors } from "./colors";
import { type Frame, zoomed } from "./plane";
import { type Plane, useFrame, usePlane } from "./usePlane";

export interface ChartPoint {
  /** Said when the point is reached by keyboard. */
  sentence: string;
  series: number;
  index: number;
  id?: string;
}

export interface ChartHandle {
  /** The drawing as a PNG, as a data address. */
  png: () => string | null;
}

interface Props {
  /** Says what the chart shows. */
  label: string;
  option: (colors: ChartColors) => EChartsOption;
  height?: number;
  /** In the order in which arrow keys visit them. */
  points?: readonly ChartPoint[];
  onPick?: (id: string) => void;
  /** Makes it a chart that can be zoomed. */
  plane?: Plane;
  /** Drawn over the plot, at the place that it has now. */
  overlay?: (frame: Frame) => ReactNode;
  ref?: Ref<ChartHandle>;
}

/** A canvas chart that follows its size and the colour scheme, and that arrow keys can read. */
export function Chart({ label, option, height = 280, points = [], onPick, plane, overlay, ref }: Props) {
  const element = useRef<HTMLDivElement>(null);
  const [chart, setChart] = useState<EChartsType | null>(null);
  const [failed, setFailed] = useState(false);
  const [place, setPlace] = useState(-1);
  const helpId = useId();
  const scheme = useComputedColorScheme("light");
  const { frame, measure } = useFrame(chart, plane?.view);
  const box = usePlane(element, frame, plane);
  const measured = useRef(measure);
  measured.current = measure;

  useEffect(() => {
    const box = element.current;
    if (!box) return;
    let gone = false;
    let made: EChartsType | null = null;
    const watch = new ResizeObserver(() => {
      made?.resize();
      measured.current();
    });
    import("./engine").then(
      ({ init }) => {
        if (gone) return;
        made = init(box);
        watch.observe(box);
        setChart(made);
      },
      () => setFailed(true),
    );
    return () => {
      gone = true;
      watch.disconnect();
      made?.dispose();
    };
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the scheme decides what the colours are
  useEffect(() => {
    chart?.setOption(option(readColors()), { notMerge: true });
    measure();
  }, [chart, option, scheme, measure]);

  const picked = useRef(onPick);
  picked.current = onPick;
  useEffect(() => {
    if (!chart) return;
    chart.on("click", (event) => {
      const data: unknown = event.data;
      if (typeof data === "object" && data !== null && "id" in data && typeof data.id === "string") {
        picked.current?.(data.id);
      }
    });
  }, [chart]);

  useImperativeHandle(
    ref,
    () => ({
      png: () =>
        chart?.getDataURL({ type: "png", pixelRatio: 2, backgroundColor: readColors().panel }) ?? null,
    }),
    [chart],
  );

  const show = (next: number) => {
    const point = points[next];
    if (!point) return;
    setPlace(next);
    chart?.dispatchAction({ type: "showTip", seriesIndex: point.series, dataIndex: point.index });
  };
  const onKey = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step !== undefined && points.length > 0) {
      event.preventDefault();
      show(place < 0 ? (step > 0 ? 0 : points.length - 1) : (place + step + points.length) % points.length);
    } else if ((event.key === "Enter" || event.key === " ") && points[place]?.id) {
      event.preventDefault();
      onPick?.(points[place].id);
    } else if (event.key === "Escape") {
      chart?.dispatchAction({ type: "hideTip" });
      setPlace(-1);
    } else if (plane && (event.key === "+" || event.key === "-")) {
      const factor = event.key === "+" ? 0.7 : 1 / 0.7;
      plane.onView(zoomed(plane.view, plane.full, { x: 0.5, y: 0.5 }, factor, plane.scale));
    } else if (plane && event.key === "0") plane.onView(null);
  };

  if (failed) return <p className="dim">The chart could not be fetched; its table has the same numbers.</p>;
  return (
    <>
      <div className={classes.chart} style={{ height }}>
        {/* biome-ignore lint/a11y/noStaticElementInteractions: with keys to take it has the role of an application */}
        {/* biome-ignore lint/a11y/useAriaPropsSupportedByRole: both roles take a name and a description */}
        <div
          ref={element}
          role={points.length > 0 ? "application" : "img"}
          aria-label={label}
          aria-describedby={points.length > 0 ? helpId : undefined}
          tabIndex={points.length > 0 ? 0 : undefined}
          onKeyDown={points.length > 0 ? onKey : undefined}
          onBlur={() => chart?.dispatchAction({ type: "hideTip" })}
          className={classes.canvas}
        />
        {frame && overlay?.(frame)}
        {box && (
          <i
            className={classes.box}
            style={{
              left: Math.min(box.x1, box.x2),
              top: Math.min(box.y1, box.y2),
              width: Math.abs(box.x2 - box.x1),
              height: Math.abs(box.y2 - box.y1),
            }}
          />
        )}
      </div>
      {points.length > 0 && (
        <>
          <p id={helpId} className="unseen">
            Arrow keys go from point to point{onPick && ", Enter selects one"}
            {plane && ", plus and minus zoom, 0 shows everything"}. The table has the same numbers.
          </p>
          <p className="unseen" aria-live="polite">
            {points[place]?.sentence}
          </p>
        </>
      )}
    </>
  );
}
