import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { flat } from "../../api/queryClient";
import type { Dataset, Sample } from "../../api/types";
import { projectsQuery } from "../projects/queries";

const MOST = 8;

/** The models that this sample can be tried with at once: those of the dataset's projects. */
export function TrySample({ dataset, sample }: { dataset: Dataset; sample: Sample }) {
  const { data } = useInfiniteQuery(projectsQuery({ dataset: dataset.id }));
  const projects = useMemo(() => flat(data).filter(({ model }) => model !== null), [data]);
  if (projects.length === 0) return null;
  return (
    <div className="stack tight">
      <h3>Try it with</h3>
      <ul className="row wrap">
        {projects.slice(0, MOST).map((project) => (
          <li key={project.id}>
            <Link
              to="/projects/$ref/try"
              params={{ ref: project.id }}
              search={{ dataset: dataset.id, sample: sample.id }}
              className="chip"
            >
              {project.model?.name} · {project.device}
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}
