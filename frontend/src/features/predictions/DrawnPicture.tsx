import { useMemo } from "react";
import type { Drawn, PredictionResult } from "../../api/types";
import { decimal } from "../../format/number";
import { LabelMask, legendOf, ObjectMasks, useMask } from "../datasets/MaskLayers";
import { labelsOf } from "../datasets/maskPng";
import { PictureStage } from "../datasets/PictureStage";
import { Shapes } from "../datasets/Shapes";
import { className, inSight } from "./drawn";

interface Props {
  result: PredictionResult;
  drawn: Drawn;
  threshold: number;
  opacity: number;
  hidden: ReadonlySet<string>;
}

/** The picture with what the model found in it. */
export function DrawnPicture({ result, drawn, threshold, opacity, hidden }: Props) {
  const { width, height } = result;
  const boxes = useMemo(
    () => inSight(drawn.boxes ?? [], threshold, hidden),
    [drawn.boxes, threshold, hidden],
  );
  const { data: mask, error } = useMask(drawn.mask);
  const legend = useMemo(() => (mask ? legendOf(labelsOf(mask), result.labels) : []), [mask, result.labels]);
  return (
    <>
      <PictureStage
        image={result.image}
        alt="The picture that was tried"
        {...{ width, height }}
        maxHeight="66vh"
      >
        {(scale) => (
          <>
            {mask && <LabelMask mask={mask} opacity={opacity} />}
            <ObjectMasks {...{ width, height, boxes, opacity }} />
            <Shapes
              {...{ width, height, scale, boxes }}
              fill={opacity}
              points={drawn.points}
              text={(index) => {
                const box = boxes[index];
                return box ? `${className(box)} ${box.score === null ? "" : decimal(box.score, 2)}` : null;
              }}
            />
          </>
        )}
      </PictureStage>
      {error && <p className="bad-text small">The mask could not be read: {error.message}</p>}
      {legend.length > 0 && (
        <p className="legend">
          {legend.map((entry) => (
            <span key={entry.label}>
              <i style={{ background: entry.color }} />
              {entry.name}
            </span>
          ))}
        </p>
      )}
    </>
  );
}
