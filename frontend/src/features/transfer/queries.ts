/** Projects that leave for another server, and come from one. */
import { api, take } from "../../api/client";
import type { ExportWanted, ImportWanted } from "../../api/types";

export const startExport = (project: string, body: ExportWanted) =>
  take(api.POST("/api/v1/projects/{ref}/exports", { params: { path: { ref: project } }, body }));
export const startImport = (body: ImportWanted) => take(api.POST("/api/v1/projects/import", { body }));
