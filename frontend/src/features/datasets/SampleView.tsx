import { Modal } from "@mantine/core";
import type { Sample } from "../../api/types";
import { Action } from "../../components/Action";
import { counted, decimal } from "../../format/number";
import { Boxes } from "./Boxes";
import classes from "./Samples.module.css";

interface Props {
  sample: Sample;
  samples: Sample[];
  onOpen: (id: number) => void;
  onClose: () => void;
}

/** One picture, large, with its annotations as drawing and as table. Arrow keys lead to its neighbours. */
export function SampleView({ sample, samples, onOpen, onClose }: Props) {
  const place = samples.findIndex((entry) => entry.id === sample.id);
  const before = samples[place - 1];
  const after = samples[place + 1];
  return (
    <Modal
      opened
      onClose={onClose}
      title={sample.file}
      size="min(1100px, 96vw)"
      closeButtonProps={{ "aria-label": "Close" }}
      onKeyDown={(event) => {
        if (event.key === "ArrowLeft" && before) onOpen(before.id);
        if (event.key === "ArrowRight" && after) onOpen(after.id);
      }}
    >
      <div className={classes.view}>
        <span className={classes.large}>
          <img src={sample.image} alt={sample.label_name ?? sample.file} />
          <Boxes sample={sample} names />
        </span>
        <div className="stack tight">
          <p className="dim">
            {sample.width} × {sample.height} px
            {sample.label_name && (
              <>
                {" · "}
                <span className="strong">{sample.label_name}</span>
              </>
            )}
            {sample.has_mask && " · has a mask"}
          </p>
          {sample.boxes.length > 0 && (
            // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard
            <section className="scroll" style={{ maxHeight: "50vh" }} tabIndex={0} aria-label="Objects">
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
                          {box.label_name ?? box.label} {box.crowd && <span className="faint">crowd</span>}
                          {box.difficult && <span className="faint">difficult</span>}
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
          )}
          <div className="row">
            <Action onClick={() => before && onOpen(before.id)} disabled={!before}>
              ← Previous
            </Action>
            <Action onClick={() => after && onOpen(after.id)} disabled={!after}>
              Next →
            </Action>
          </div>
        </div>
      </div>
    </Modal>
  );
}
