import { type ReactNode, useId } from "react";
import { Explain } from "../../components/Explain";
import { decimal } from "../../format/number";
import classes from "./Try.module.css";

interface Props {
  label: string;
  explain?: ReactNode;
  value: number;
  min?: number;
  max?: number;
  step: number;
  onChange: (value: number) => void;
}

/** A number that is tried out by sliding. */
export function Range({ label, explain, value, min = 0, max = 1, step, onChange }: Props) {
  const id = useId();
  return (
    <div className="row" style={{ minWidth: 240, flex: "0 1 320px" }}>
      <label htmlFor={id} className="small dim">
        {explain ? <Explain text={explain}>{label}</Explain> : label}
      </label>
      <input
        id={id}
        type="range"
        aria-label={label}
        className={classes.range}
        {...{ min, max, step, value }}
        onChange={(event) => onChange(Number(event.currentTarget.value))}
      />
      <output htmlFor={id} style={{ minWidth: 34 }}>
        {value === 0 ? "0" : decimal(value, 2)}
      </output>
    </div>
  );
}
