import { useState } from "react";
import type { Report, ReportMetric } from "../../api/types";
import { Figure, Figures } from "../../components/Figure";
import { decimal } from "../../format/number";
import {
  type besides,
  betweenCi95,
  differenceText,
  differenceTone,
  intervalText,
  metricQuantity,
  metricText,
  ordered,
  rangeText,
} from "./metricText";

const SHOWN = 6;

interface Props {
  report: Report;
  beside: ReturnType<typeof besides>;
}

/** The figures with their intervals, and those of the parent or of the report before. */
export function MetricsStrip({ report, beside }: Props) {
  const [all, setAll] = useState(false);
  const metrics = ordered(report);
  const shown = all ? metrics : metrics.slice(0, SHOWN);
  return (
    <div className="stack tight">
      <Figures label="Figures of the report">
        {shown.map(([name, metric]) => {
          const other = beside?.report.metrics[name];
          const difference = other ? metric.value - other.value : null;
          return (
            <Figure
              key={name}
              label={metric.label}
              explain={
                <>
                  {metric.description && <p>{metric.description}</p>}
                  {metric.ci95 && <p>95 % interval over samples: {rangeText(name, metric)}</p>}
                  <p className="dim">
                    {decimal(metric.value, 12)}
                    {metric.unit && ` ${metric.unit}`} · {metric.better ? `${metric.better} is better` : name}
                  </p>
                </>
              }
              quantity={metricQuantity(name, metric)}
              more={intervalText(name, metric)}
              note={
                other && difference !== null ? (
                  <span>
                    <span className={surelyTone(metric, other)}>
                      {differenceText(name, metric.unit ?? "", difference)}
                    </span>{" "}
                    · {beside?.of} {metricText(name, other)}
                  </span>
                ) : undefined
              }
            />
          );
        })}
      </Figures>
      {metrics.length > SHOWN && (
        <div>
          <button type="button" className="chip" aria-expanded={all} onClick={() => setAll(!all)}>
            {all ? "fewer figures" : `all ${metrics.length} figures`}
          </button>
        </div>
      )}
    </div>
  );
}

/** Without an interval nobody knows whether a difference means anything. */
function surelyTone(now: ReportMetric, before: ReportMetric): string {
  const difference = now.value - before.value;
  const ci95 = betweenCi95(difference, now, before);
  return ci95 ? differenceTone(now.better, difference, ci95) : "dim";
}
