import { useQuery } from "@tanstack/react-query";
import type { Package } from "../../api/types";
import { fileName } from "../../components/download";
import { ErrorState, SkeletonRows } from "../../components/States";
import { LogText } from "../jobs/LogText";
import classes from "./Deploy.module.css";
import { packageLogQuery } from "./queries";

/** What was said when a package was tried. */
export function PackageLog({ made }: { made: Package }) {
  const { data, error, refetch } = useQuery(packageLogQuery(made.id));
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} compact />;
  if (data === undefined) return <SkeletonRows label="the log" />;
  return (
    <div className={classes.log}>
      <LogText text={data} file={fileName(made.name, "trial.log")} />
    </div>
  );
}
