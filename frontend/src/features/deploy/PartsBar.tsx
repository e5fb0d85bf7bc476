import type { PackagePart } from "../../api/types";
import { bytesText, count, percent } from "../../format/number";
import classes from "./Deploy.module.css";
import { partShares } from "./parts";

/** The parts of a package as one bar, and as the table that names them. */
export function PartsBar({ parts, caption }: { parts: readonly PackagePart[]; caption: string }) {
  const shares = partShares(parts);
  return (
    <>
      <div className={classes.bar} aria-hidden>
        {shares.map(({ name, share, color, size_bytes }) => (
          <i
            key={name}
            style={{ width: `${share * 100}%`, background: color }}
            title={`${name}: ${bytesText(size_bytes)}, ${percent(share)}`}
          />
        ))}
      </div>
      <div className="scroll">
        <table className="data">
          <caption className="unseen">{caption}</caption>
          <thead>
            <tr>
              <th scope="col">Part</th>
              <th scope="col" className="num">
                Files
              </th>
              <th scope="col" className="num">
                Size
              </th>
              <th scope="col" className="num">
                Share
              </th>
            </tr>
          </thead>
          <tbody>
            {shares.map(({ name, description, files, size_bytes, share, color }) => (
              <tr key={name}>
                <th scope="row" className="wrapping">
                  <i className={classes.swatch} style={{ background: color }} aria-hidden />
                  {name}{" "}
                  {description.toLowerCase() !== name && <span className="faint small">{description}</span>}
                </th>
                <td className="num">{count(files)}</td>
                <td className="num">{bytesText(size_bytes)}</td>
                <td className="num dim">{percent(share)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
