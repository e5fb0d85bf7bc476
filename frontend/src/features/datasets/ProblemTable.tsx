import { MISSING } from "../../format/number";

interface Props {
  caption: string;
  items: readonly {
    file?: string | null;
    line?: number | null;
    problem: string;
    fix?: string | null;
  }[];
}

/** Places in a user's files: where, what is wrong, and how to put it right. */
export function ProblemTable({ caption, items }: Props) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
    <section className="scroll" style={{ maxHeight: 260 }} tabIndex={0} aria-label={caption}>
      <table className="data">
        <caption className="unseen">{caption}</caption>
        <thead>
          <tr>
            <th scope="col">File and line</th>
            <th scope="col">Problem</th>
            <th scope="col">Fix</th>
          </tr>
        </thead>
        <tbody>
          {items.map((item, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: problems have no name, and never change
            <tr key={index}>
              <th scope="row" className="wrapping mono">
                {item.file ?? MISSING}
                {item.line !== null && item.line !== undefined && `:${item.line}`}
              </th>
              <td className="wrapping">{item.problem}</td>
              <td className="wrapping dim">{item.fix}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
