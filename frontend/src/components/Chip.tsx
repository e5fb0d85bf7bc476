import type { ReactNode } from "react";
import type { Tone } from "../format/words";
import { Explain } from "./Explain";

interface Props {
  tone?: Tone;
  /** Shown on hover and focus. */
  explain?: ReactNode;
  /** In a table every chip would be one more stop for the Tab key. */
  quiet?: boolean;
  children: ReactNode;
}

export function Chip({ tone = "plain", explain, quiet = false, children }: Props) {
  const chip = <span className={tone === "plain" ? "chip" : `chip ${tone}`}>{children}</span>;
  if (explain === undefined) return chip;
  return (
    <Explain text={explain} bare focusable={!quiet}>
      {chip}
    </Explain>
  );
}
