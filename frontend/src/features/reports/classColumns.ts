/** The table with a row for each class of each sample, where a report has one. */
import type { Report, ReportColumn } from "../../api/types";

export function classColumns({ class_columns }: Pick<Report, "class_columns">): ReportColumn[] | null {
  return class_columns && class_columns.length > 0 ? class_columns : null;
}
