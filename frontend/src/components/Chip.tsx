import type { ReactNode } from "react";
import type { Tone } from "../format/words";
import { Explain } from "./Explain";

interface Props {
  tone?: Tone;
  /** Shown on hover and focus. */
  explain?: ReactNode;
  children: ReactNode;
}

export function Chip({ tone = "plain", explain, children }: Props) {
  const chip = <span className={tone === "plain" ? "chip" : `chip ${tone}`}>{children}</span>;
  if (explain === undefined) return chip;
  return (
    <Explain text={explain} bare>
      {chip}
    </Explain>
  );
}
