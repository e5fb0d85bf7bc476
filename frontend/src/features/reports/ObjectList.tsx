import { counted } from "../../format/number";
import { type Listed, objectColor, objectFate } from "./drawnLayers";
import classes from "./Reports.module.css";
import type { Truth } from "./truth";

interface Props {
  objects: readonly Listed[];
  truth: Truth;
  picked: string | null;
  onPick: (id: string) => void;
}

/** What is annotated and predicted in a picture; a click makes one stand out. */
export function ObjectList({ objects, truth, picked, onPick }: Props) {
  const predicted = objects.filter(({ side }) => side === "prediction").length;
  return (
    <section aria-label="Objects">
      <p className="small dim" role="status">
        {truth.objects(objects.length - predicted)}, {counted(predicted, "predicted one")}
      </p>
      <ul className={classes.objects}>
        {objects.map((object) => (
          <li key={object.id}>
            <button
              type="button"
              className="plain"
              aria-pressed={object.id === picked}
              onClick={() => onPick(object.id)}
            >
              <i style={{ background: objectColor(object) }} aria-hidden />
              <span className="ellipsis">{object.name}</span>
              <span className="dim">{object.score?.toFixed(3) ?? ""}</span>
              <span className={fateTone(object)}>
                {objectFate(object)}
                {object.crowd ? " · crowd" : object.difficult ? " · difficult" : ""}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function fateTone(object: Listed): string {
  if (object.matched !== false) return "small dim";
  return object.side === "annotation" ? "small warn-text" : "small bad-text";
}
