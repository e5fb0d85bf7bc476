import { Link } from "@tanstack/react-router";
import { MOST_SIDES } from "../../app/search";
import { Action } from "../../components/Action";
import { Chip } from "../../components/Chip";
import { Skeleton } from "../../components/States";
import { ago, dateTime } from "../../format/time";
import { VerdictChip } from "../runs/VerdictChip";
import classes from "./Compare.module.css";
import { cssColor, type Face, isBest, letter, moved, withoutSide } from "./sides";

interface Props {
  keys: readonly string[];
  /** What is known of each key by now. */
  faces: readonly (Face | undefined)[];
  onChange: (keys: string[]) => void;
  onAdd: () => void;
}

/** What is compared, in order; the first is what the others are compared with. */
export function SideStrip({ keys, faces, onChange, onAdd }: Props) {
  return (
    <ol className={classes.sides} aria-label="Sides of the comparison">
      {keys.map((key, index) => (
        <Side
          key={key}
          face={faces[index] ?? { key, project: null, run: null }}
          index={index}
          last={index === keys.length - 1}
          onMove={(to) => onChange(moved(keys, index, to))}
          onRemove={() => onChange(withoutSide(keys, key))}
        />
      ))}
      <li className={`${classes.side} ${classes.add}`}>
        <Action
          onClick={onAdd}
          reason={
            keys.length >= MOST_SIDES
              ? `Up to ${MOST_SIDES} can be compared at once: take one away first.`
              : undefined
          }
        >
          Add a project or run
        </Action>
        {keys.length < 2 && <span className="small dim">Two are needed at least.</span>}
      </li>
    </ol>
  );
}

interface SideProps {
  face: Face;
  index: number;
  last: boolean;
  onMove: (to: number) => void;
  onRemove: () => void;
}

function Side({ face, index, last, onMove, onRemove }: SideProps) {
  const { project, run } = face;
  const name = project?.name ?? face.key;
  return (
    <li className={classes.side} style={{ borderTopColor: cssColor(index) }}>
      <div className="row between">
        <span className={classes.letter}>
          {letter(index)}
          {index === 0 && <span className="dim small"> · reference</span>}
        </span>
        <span className={classes.moves}>
          <button
            type="button"
            className="plain"
            disabled={index === 0}
            aria-label={`Move ${name} to the front`}
            onClick={() => onMove(index - 1)}
          >
            ←
          </button>
          <button
            type="button"
            className="plain"
            disabled={last}
            aria-label={`Move ${name} back`}
            onClick={() => onMove(index + 1)}
          >
            →
          </button>
          <button
            type="button"
            className="plain"
            aria-label={`Take ${name} out of the comparison`}
            onClick={onRemove}
          >
            ✕
          </button>
        </span>
      </div>
      <span className="ellipsis" title={name}>
        {project ? (
          <Link
            to="/projects/$ref"
            params={{ ref: project.id }}
            search={run ? { run: run.id } : undefined}
            className="strong"
          >
            {name}
          </Link>
        ) : (
          <span className="mono">{name}</span>
        )}
      </span>
      {run ? (
        <>
          <span className="small dim" title={dateTime(run.created_at)}>
            {run.label} · {isBest(face) ? "its best run" : "run"} · {ago(run.created_at)}
          </span>
          <span className="row wrap" style={{ gap: 4 }}>
            <Chip explain="The precision that the model's files are in.">
              {project?.model?.precision ?? "precision unknown"}
            </Chip>
            <Chip explain="The precision that the run computed in, where the model leaves it open.">
              runs in {run.effective_precision}
            </Chip>
            <VerdictChip verdict={run.verdict} reason={run.verdict_reason} />
          </span>
          <span className="small faint ellipsis">
            {run.device}
            {project?.target && ` on ${project.target.name}`}
          </span>
        </>
      ) : project ? (
        <span className="small dim">{project.best ? "its best run" : "nothing was measured yet"}</span>
      ) : (
        <Skeleton width="70%" />
      )}
    </li>
  );
}
