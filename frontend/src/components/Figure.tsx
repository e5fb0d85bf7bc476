import type { ReactNode } from "react";
import type { Quantity } from "../format/number";
import { Explain } from "./Explain";

interface Props {
  label: string;
  explain: ReactNode;
  quantity: Quantity;
  /** After the unit, as small as it: the interval. */
  more?: string;
  note?: ReactNode;
}

/** One large number of a strip. */
export function Figure({ label, explain, quantity, more, note }: Props) {
  return (
    <div className="figure">
      <dt className="label">
        <Explain text={explain}>{label}</Explain>
      </dt>
      <dd className="value">
        {quantity.value}
        <small>
          {quantity.unit && `\u00a0${quantity.unit}`}
          {more && ` ${more}`}
        </small>
      </dd>
      <dd className="note">{note ?? "\u00a0"}</dd>
    </div>
  );
}

export function Figures({ label, children }: { label: string; children: ReactNode }) {
  return (
    <dl className="figures" aria-label={label}>
      {children}
    </dl>
  );
}
