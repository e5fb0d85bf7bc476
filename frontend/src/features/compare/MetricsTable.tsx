import { Fragment } from "react";
import type { Comparison } from "../../api/types";
import { Explain } from "../../components/Explain";
import { Panel } from "../../components/Panel";
import { MISSING } from "../../format/number";
import classes from "./Compare.module.css";
import { explained, intervalText, judge, type Metric, metricScale, type Tone, valueText } from "./metrics";
import { cssColor, letter } from "./sides";

const TONE: Record<Tone, string> = { good: "good-text", bad: "bad-text", plain: "", dim: "dim" };

/** Every figure of every side, and what differs for certain. */
export function MetricsTable({ comparison }: { comparison: Comparison }) {
  const { sides, metrics } = comparison;
  return (
    <Panel
      title="Figures"
      flush
      aside={
        <Explain text="The ratio of a side to A, less one; from the double on as a multiple. Below it the 95 % interval of the ratio. A difference is certain when that interval does not hold 'the same'.">
          how differences are told
        </Explain>
      }
    >
      <div className="scroll">
        <table className="data">
          <caption className="unseen">Figures of every side, with differences against A</caption>
          <thead>
            <tr>
              <th scope="col">Figure</th>
              {sides.map((side, index) => (
                <SideHead
                  key={side.key}
                  name={`${letter(index)} · ${side.run.label}`}
                  title={side.project.name}
                  index={index}
                />
              ))}
            </tr>
          </thead>
          <tbody>
            {metrics.map((metric) => (
              <Row key={metric.name} metric={metric} />
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

function SideHead({ name, title, index }: { name: string; title: string; index: number }) {
  return (
    <>
      <th scope="col" className="num" title={title}>
        <i className={classes.swatch} style={{ background: cssColor(index) }} />
        {name}
      </th>
      {index > 0 && (
        <th scope="col" className="num">
          {letter(index)} against A
        </th>
      )}
    </>
  );
}

function Row({ metric }: { metric: Metric }) {
  const scale = metricScale(metric);
  return (
    <tr>
      <th scope="row">
        <Explain text={explained(metric)}>{metric.label}</Explain>
        {scale.unit && <span className="dim">, {scale.unit}</span>}
      </th>
      {metric.values.map((value, index) => {
        const difference = metric.differences[index];
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a side is its place
          <Fragment key={index}>
            <td className="num">
              {value ? (
                <>
                  <span className="strong">{valueText(value, scale)}</span>{" "}
                  <span className="faint">{intervalText(value, scale)}</span>
                </>
              ) : (
                <span className="faint" title="not measured, or too few samples">
                  {MISSING}
                </span>
              )}
            </td>
            {index > 0 && (
              <td className="num">{difference ? <Verdict {...{ difference, metric }} /> : MISSING}</td>
            )}
          </Fragment>
        );
      })}
    </tr>
  );
}

function Verdict({ difference, metric }: { difference: Parameters<typeof judge>[0]; metric: Metric }) {
  const { text, interval, word, sign, tone } = judge(difference, metric);
  return (
    <span className={classes.judgement}>
      <span className={TONE[tone]}>
        {sign && <span aria-hidden>{sign} </span>}
        <span className={tone === "dim" ? undefined : "strong"}>{text}</span>
        {word && ` ${word}`}
      </span>
      {interval && <span className={classes.interval}>{interval}</span>}
    </span>
  );
}
