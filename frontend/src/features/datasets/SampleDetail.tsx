import type { Dataset, Sample } from "../../api/types";
import { labelColor } from "../../components/picture/labelColors";
import { counted, decimal, percent } from "../../format/number";
import { useMaskLegend } from "./useMask";

/** The annotations of a sample as text. */
export function SampleDetail({ sample, dataset }: { sample: Sample; dataset: Dataset }) {
  return (
    <>
      <p className="dim">
        {sample.width} × {sample.height} px
        {sample.label_name && (
          <>
            {" · "}
            <span className="strong">{sample.label_name}</span>
          </>
        )}
        {sample.identity && (
          <>
            {" · "}
            <span className="strong">{sample.identity}</span>
          </>
        )}
        {sample.landmarks && ` · ${counted(sample.landmarks.length, "landmark")}`}
      </p>
      {sample.target && <p className="dim">Beside it the picture that a model shall make of it.</p>}
      {sample.mask && <MaskLegend mask={sample.mask} dataset={dataset} />}
      {sample.boxes.length > 0 && <Objects sample={sample} dataset={dataset} />}
    </>
  );
}

function MaskLegend({ mask, dataset }: { mask: string; dataset: Dataset }) {
  const { data, error } = useMaskLegend(mask, dataset.labels, dataset.colors);
  if (error) return <p className="bad-text small">The mask could not be read: {error.message}</p>;
  if (!data) return null;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
    <section className="scroll" style={{ maxHeight: "40vh" }} tabIndex={0} aria-label="Classes of its pixels">
      <table className="data">
        <caption className="unseen">Classes of its pixels</caption>
        <thead>
          <tr>
            <th scope="col">Class</th>
            <th scope="col" className="num">
              pixels
            </th>
          </tr>
        </thead>
        <tbody>
          {data.entries.map(({ label, name, color, pixels }) => (
            <tr key={label}>
              <th scope="row">
                <Swatch color={color} />
                {name}
              </th>
              <td className="num">{percent(pixels / data.all)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Objects({ sample, dataset }: { sample: Sample; dataset: Dataset }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
    <section className="scroll" style={{ maxHeight: "44vh" }} tabIndex={0} aria-label="Objects">
      <table className="data">
        <caption className="small dim">{counted(sample.boxes.length, "object")}</caption>
        <thead>
          <tr>
            <th scope="col">Class</th>
            <th scope="col" className="num">
              x, y
            </th>
            <th scope="col" className="num">
              size, px
            </th>
          </tr>
        </thead>
        <tbody>
          {sample.boxes.map((box, index) => {
            const [x, y, width, height] = box.bbox;
            return (
              // biome-ignore lint/suspicious/noArrayIndexKey: boxes have no name, and never change
              <tr key={index}>
                <th scope="row">
                  <Swatch color={labelColor(box.label, dataset.colors)} />
                  {box.label_name ?? box.label} {box.crowd && <span className="faint">crowd</span>}
                  {box.difficult && <span className="faint">difficult</span>}
                  {box.keypoints && (
                    <span className="faint">
                      {counted(box.keypoints.filter((point) => point[2] !== 0).length, "key point")}
                    </span>
                  )}
                </th>
                <td className="num">
                  {decimal(x, 3)}, {decimal(y, 3)}
                </td>
                <td className="num">
                  {decimal(width, 3)} × {decimal(height, 3)}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

function Swatch({ color }: { color: string }) {
  return (
    <i
      aria-hidden
      style={{
        display: "inline-block",
        width: 9,
        height: 9,
        borderRadius: 2,
        background: color,
        marginRight: 6,
      }}
    />
  );
}
