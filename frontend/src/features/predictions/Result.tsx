import { useMemo, useState } from "react";
import type { Drawn, PredictionResult } from "../../api/types";
import { Panel } from "../../components/Panel";
import { counted, decimal } from "../../format/number";
import { millisecondsText } from "../../format/time";
import { BeforeAfter } from "./BeforeAfter";
import { ClassToggles } from "./ClassToggles";
import { DrawnPicture } from "./DrawnPicture";
import { classesOf, inSight } from "./drawn";
import { Importance } from "./Importance";
import { Range } from "./Range";
import { Similarity } from "./Similarity";
import { TopClasses } from "./TopClasses";
import classes from "./Try.module.css";

const THRESHOLD = 0.5;

/** What the model made of the picture, beside what its parent made of it. */
export function Result({ result }: { result: PredictionResult }) {
  const { prediction, parent } = result;
  const sides: { title: string; drawn: Drawn }[] = [
    { title: parent ? "This model" : "Result", drawn: prediction },
    ...(parent ? [{ title: "Its parent", drawn: parent }] : []),
  ];
  const boxes = sides.some(({ drawn }) => drawn.boxes);
  const mask = sides.some(({ drawn }) => drawn.mask);
  const [threshold, setThreshold] = useState(THRESHOLD);
  const [opacity, setOpacity] = useState(0.55);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const all = useMemo(
    () => classesOf([prediction, ...(parent ? [parent] : [])], threshold),
    [prediction, parent, threshold],
  );
  return (
    <>
      <Panel
        title="Answer"
        aside={
          <>
            {millisecondsText(result.inference_ms)} of inference · in {result.effective_precision} ·{" "}
            {result.width} × {result.height} px
          </>
        }
      >
        <div className="stack tight">
          {(boxes || mask) && (
            <div className="row wrap" style={{ gap: 20 }}>
              {boxes && (
                <Range
                  label="Threshold"
                  explain="Objects with a lower score are not shown."
                  value={threshold}
                  step={0.01}
                  onChange={setThreshold}
                />
              )}
              {(mask || all.some(({ filled }) => filled)) && (
                <Range label="Opacity" value={opacity} step={0.05} onChange={setOpacity} />
              )}
            </div>
          )}
          {boxes && <ClassToggles classes={all} hidden={hidden} onChange={setHidden} />}
          <div className={sides.length > 1 ? classes.sides : undefined}>
            {sides.map(({ title, drawn }) => (
              <section key={title} aria-label={title} className="stack tight">
                {sides.length > 1 && <h3>{title}</h3>}
                <Side {...{ result, drawn, title, threshold, opacity, hidden }} several={sides.length > 1} />
              </section>
            ))}
          </div>
        </div>
      </Panel>
      {result.importance.length > 0 && <Importance result={result} />}
    </>
  );
}

interface SideProps {
  result: PredictionResult;
  drawn: Drawn;
  title: string;
  several: boolean;
  threshold: number;
  opacity: number;
  hidden: ReadonlySet<string>;
}

function Side({ result, drawn, title, several, threshold, opacity, hidden }: SideProps) {
  const frameHeight = several ? "min(46vh, 400px)" : undefined;
  if (drawn.similarity !== null && drawn.similarity !== undefined) {
    return <Similarity result={result} value={drawn.similarity} />;
  }
  if (drawn.picture) {
    return <BeforeAfter before={result.image} after={drawn.picture} />;
  }
  if (drawn.classes && !drawn.boxes && !drawn.mask) {
    return (
      <div className={several ? "stack tight" : classes.sides}>
        <DrawnPicture
          {...{ result, drawn, title, threshold, opacity, hidden }}
          frameHeight="min(40vh, 320px)"
        />
        <TopClasses classes={drawn.classes} />
      </div>
    );
  }
  const shown = drawn.boxes ? inSight(drawn.boxes, threshold, hidden) : null;
  return (
    <div className="stack tight">
      <DrawnPicture {...{ result, drawn, title, threshold, opacity, hidden, frameHeight }} />
      {shown && (
        <p className="small dim" role="status">
          {counted(shown.length, "object")} with a score of {decimal(threshold, 2)} and above
          {drawn.boxes &&
            shown.length === 0 &&
            drawn.boxes.length > 0 &&
            ": lower the threshold to see weaker ones"}
        </p>
      )}
      {drawn.points && <p className="small dim">{counted(drawn.points.length, "point")}</p>}
    </div>
  );
}
