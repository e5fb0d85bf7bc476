import type { PredictionResult } from "../../api/types";
import { Explain } from "../../components/Explain";
import { decimal } from "../../format/number";
import classes from "./Try.module.css";

/** How alike two faces are to the model. */
export function Similarity({ result, value }: { result: PredictionResult; value: number }) {
  const { decoding } = result.reading;
  const cosine = decoding.family !== "embedding" || decoding.distance === "cosine";
  return (
    <div className="stack tight">
      <div className={classes.sides}>
        <img src={result.image} alt="The first face" className={classes.face} />
        {result.other_image && (
          <img src={result.other_image} alt="The second face" className={classes.face} />
        )}
      </div>
      <dl className="figures">
        <div className="figure">
          <dt className="label">
            <Explain
              text={
                cosine
                  ? "The cosine of the angle between both vectors: 1 is the same face, 0 has nothing in common. Where the line between same and other lies, a report over pairs of faces tells."
                  : "By the distance between both vectors: the higher, the more alike. Where the line between same and other lies, a report over pairs of faces tells."
              }
            >
              Similarity
            </Explain>
          </dt>
          <dd className="value">{decimal(value, 4)}</dd>
          <dd className="note">{cosine ? "cosine, −1 to 1" : "of the Euclidean distance"}</dd>
        </div>
      </dl>
    </div>
  );
}
