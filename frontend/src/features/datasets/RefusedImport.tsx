import type { Job } from "../../api/types";
import { counted } from "../../format/number";
import { ProblemTable } from "./ProblemTable";
import { refusals } from "./refusal";

/** Everything that is wrong in an archive that was refused, so that it is put right in one go. */
export function RefusedImport({ job }: { job: Job }) {
  const { items, total } = refusals(job);
  if (items.length === 0) return null;
  return (
    <div className="stack tight">
      <h2>
        {counted(total, "problem")}
        {total > items.length && <span className="dim"> · the first {items.length} are listed</span>}
      </h2>
      <ProblemTable caption="Problems of the refused import" items={items} />
    </div>
  );
}
