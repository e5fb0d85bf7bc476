/** A field in the form of a reading. */
import type { Decoding, Reading } from "../../api/types";

export type Family = Decoding["family"];

export interface Field {
  /** Dotted: where it stands in the reading. */
  path: string;
  label: string;
  explain?: string;
  kind:
    | "choice"
    | "share"
    | "whole"
    | "number"
    | "flag"
    | "output"
    | "outputs"
    | "input"
    | "numbers"
    | "pairs"
    | "json";
  options?: readonly { value: string; label: string }[];
  unit?: string;
  /** Null is allowed and means this. */
  none?: string;
  min?: number;
  max?: number;
  /** Left out unless this holds. */
  when?: (reading: Reading) => boolean;
}

/** A field of a family; its place is below `decoding`. */
export type Part = Omit<Field, "path"> & { name: string };
