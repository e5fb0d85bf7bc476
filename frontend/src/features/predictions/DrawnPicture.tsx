import { useMemo } from "react";
import type { Drawn, PredictionResult } from "../../api/types";
import type { PictureLayer } from "../../components/picture/layers";
import { Picture } from "../../components/picture/Picture";
import { useMaskLegend } from "../datasets/useMask";
import { inSight } from "./drawn";

interface Props {
  result: PredictionResult;
  drawn: Drawn;
  threshold: number;
  opacity: number;
  hidden: ReadonlySet<string>;
  /** Says which picture it is. */
  title: string;
  frameHeight?: string;
}

/** The picture with what the model found in it. */
export function DrawnPicture({
  result,
  drawn,
  threshold,
  opacity,
  hidden,
  title,
  frameHeight = "min(62vh, 620px)",
}: Props) {
  const { width, height, labels } = result;
  const layers = useMemo(() => {
    const made: PictureLayer[] = [];
    if (drawn.mask) made.push({ kind: "mask", id: "mask", name: "Classes of pixels", src: drawn.mask });
    if (drawn.boxes) {
      const boxes = inSight(drawn.boxes, threshold, hidden);
      made.push({ kind: "boxes", id: "boxes", name: "Objects", boxes });
    }
    if (drawn.points) made.push({ kind: "points", id: "points", name: "Landmarks", points: drawn.points });
    return made;
  }, [drawn, threshold, hidden]);
  const { data: legend, error } = useMaskLegend(drawn.mask, labels);
  return (
    <>
      <Picture
        src={result.image}
        alt={`The picture that was tried: ${title}`}
        {...{ width, height, layers, opacity }}
        frameHeight={frameHeight}
      />
      {error && <p className="bad-text small">The mask could not be read: {error.message}</p>}
      {legend && legend.entries.length > 0 && (
        <p className="legend">
          {legend.entries.map((entry) => (
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
