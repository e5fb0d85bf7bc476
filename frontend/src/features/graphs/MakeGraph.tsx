import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api, take } from "../../api/client";
import { asApiError } from "../../api/errors";
import { Action } from "../../components/Action";
import { JobProgress } from "../jobs/JobProgress";
import { jobQuery } from "../jobs/queries";

/** Models that were imported before graphs were kept get theirs when it is asked for. */
export function MakeGraph({ model }: { model: string }) {
  const client = useQueryClient();
  const [id, setId] = useState<string | null>(null);
  const { data: job } = useQuery({ ...jobQuery(id ?? ""), enabled: id !== null });
  const make = useMutation({
    mutationFn: () => take(api.POST("/api/v1/models/{ref}/graph", { params: { path: { ref: model } } })),
    onSuccess: ({ job: made }) => {
      client.setQueryData(jobQuery(made.id).queryKey, made);
      setId(made.id);
    },
  });
  const state = job?.state;
  useEffect(() => {
    if (state === "succeeded") void client.invalidateQueries({ queryKey: ["graph", "model", model] });
  }, [state, client, model]);
  if (job && state !== "succeeded" && state !== "cancelled") {
    return <JobProgress job={job} onRetry={() => make.mutate()} />;
  }
  return (
    <div className="notice">
      <p>
        This model was imported before graphs were kept.{" "}
        {make.error && <span className="bad-text">{asApiError(make.error).message}</span>}
      </p>
      <Action onClick={() => make.mutate()} loading={make.isPending || state === "succeeded"}>
        Draw the graph
      </Action>
    </div>
  );
}
