import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { totalOf } from "../api/queryClient";
import { datasetsQuery } from "../features/datasets/queries";
import { FootJob } from "../features/jobs/FootJob";
import { activeJobs } from "../features/jobs/queries";
import { modelsQuery } from "../features/models/queries";
import { projectsQuery } from "../features/projects/queries";
import { targetsQuery } from "../features/targets/queries";
import { count } from "../format/number";

const MAC = typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.platform);

export function Rail({ onFind }: { onFind: () => void }) {
  const projects = totalOf(useInfiniteQuery(projectsQuery()).data);
  const models = totalOf(useInfiniteQuery(modelsQuery()).data);
  const datasets = totalOf(useInfiniteQuery(datasetsQuery()).data);
  const targets = totalOf(useInfiniteQuery(targetsQuery()).data);
  const { data: jobs } = useQuery(activeJobs);

  return (
    <nav className="rail" aria-label="Main">
      <div className="logo">DL Workbench</div>
      <button type="button" className="plain entry find" onClick={onFind}>
        Find <kbd>{MAC ? "⌘ K" : "Ctrl K"}</kbd>
      </button>
      <Entry to="/" exact total={projects}>
        Projects
      </Entry>
      <Entry to="/models" total={models}>
        Models
      </Entry>
      <Entry to="/datasets" total={datasets}>
        Datasets
      </Entry>
      <Entry to="/targets" total={targets}>
        Targets
      </Entry>
      <Entry to="/compare" total={null}>
        Compare
      </Entry>
      <Entry to="/jobs" total={jobs?.length ?? null} unit="unfinished">
        Jobs
      </Entry>
      <div className="space" />
      <FootJob />
      <Entry to="/settings" total={null}>
        Settings
      </Entry>
    </nav>
  );
}

interface EntryProps {
  to: "/" | "/models" | "/datasets" | "/targets" | "/compare" | "/jobs" | "/settings";
  exact?: boolean;
  total: number | null;
  unit?: string;
  children: ReactNode;
}

function Entry({ to, exact = false, total, unit = "in all", children }: EntryProps) {
  return (
    <Link
      to={to}
      className="entry"
      activeProps={{ className: "on" }}
      activeOptions={{ exact, includeSearch: false }}
    >
      {children}
      {total !== null && total > 0 && (
        <span className="n">
          {count(total)} <span className="unseen">{unit}</span>
        </span>
      )}
    </Link>
  );
}
