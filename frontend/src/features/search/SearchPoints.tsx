import type { SearchResult } from "../../api/types";
import { decimal, plusMinus } from "../../format/number";
import { duration } from "../../format/time";
import { VerdictChip } from "../runs/VerdictChip";

interface Props {
  caption: string;
  points: SearchResult["points"];
  best: SearchResult["best"];
  percentile: string;
  selected: string;
  onPick: (run: string) => void;
}

/** Cells of a search as a table; those that were kept as a run can be selected. */
export function SearchPoints({ caption, points, best, percentile, selected, onPick }: Props) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
    <section className="scroll" style={{ maxHeight: 300 }} tabIndex={0} aria-label={caption}>
      <table className="data">
        <caption className="unseen">{caption}</caption>
        <thead>
          <tr>
            <th scope="col">Streams × batch</th>
            <th scope="col" className="num">
              FPS
            </th>
            <th scope="col" className="num">
              {percentile} ms
            </th>
            <th scope="col">Within the limit</th>
            <th scope="col">Verdict</th>
            <th scope="col" className="num">
              Measured for
            </th>
          </tr>
        </thead>
        <tbody>
          {points.map((point) => {
            const { run_id: run } = point;
            const mark = point.label === best?.label ? "★ " : "";
            return (
              <tr
                key={point.label}
                aria-current={run !== null && run === selected ? "true" : undefined}
                className={run ? "pick" : undefined}
                onClick={run ? () => onPick(run) : undefined}
              >
                <th scope="row">
                  {run ? (
                    <button type="button" className="plain" title="Select this run">
                      {mark}
                      {point.label}
                    </button>
                  ) : (
                    <span title="Looked at briefly only: no run was kept">
                      {mark}
                      {point.label}
                    </span>
                  )}
                </th>
                <td className="num">
                  {decimal(point.throughput_fps)}{" "}
                  <span className="faint">{plusMinus(point.throughput_ci95)}</span>
                </td>
                <td className="num">
                  {decimal(point.latency_ms, 3)}{" "}
                  <span className="faint">{plusMinus(point.latency_ci95)}</span>
                </td>
                <td>{point.within_limits ? "yes" : <span className="faint">no</span>}</td>
                <td>
                  <VerdictChip verdict={point.verdict} quiet />
                </td>
                <td className="num">{duration(point.measured_s)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}
