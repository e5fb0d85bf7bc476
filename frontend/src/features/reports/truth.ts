/** What predictions are held against: annotations, or what the parent model says. The words follow. */
import type { Report, ReportColumn } from "../../api/types";
import { counted } from "../../format/number";

export interface Truth {
  /** Of a layer of a picture: "Annotation". */
  noun: string;
  /** Of a column: "Annotated". */
  heading: string;
  /** "3 annotated objects" */
  objects: (count: number) => string;
  /** "mask of the parent" */
  of: (thing: string) => string;
}

const ANNOTATED: Truth = {
  noun: "Annotation",
  heading: "Annotated",
  objects: (count) => counted(count, "annotated object"),
  of: (thing) => `Annotated ${thing}`,
};
const PARENT: Truth = {
  noun: "Parent",
  heading: "By the parent",
  objects: (count) => `${counted(count, "object")} of the parent`,
  of: (thing) => `Parent's ${thing}`,
};

export function truthOf({ kind }: Pick<Report, "kind">): Truth {
  return kind === "parent_predictions" ? PARENT : ANNOTATED;
}

/** The columns of a report under the names that fit what it compares. */
export function namedColumns(
  { kind }: Pick<Report, "kind">,
  columns: readonly ReportColumn[],
): ReportColumn[] {
  return columns.map((column) => {
    if (kind === "parent_predictions" && column.label === ANNOTATED.heading) {
      return { ...column, label: PARENT.heading };
    }
    // Tensors are near each other or far from each other; neither of them is right.
    if (kind === "tensor_distance" && column.name === "error") return { ...column, label: FAR };
    return column;
  });
}

const FAR = "Far";

/** What a row's verdict is called: [bad, good]. */
export function verdictWords({ label }: Pick<ReportColumn, "label">): readonly [string, string] {
  return label === FAR ? ["far", "near"] : ["wrong", "right"];
}
