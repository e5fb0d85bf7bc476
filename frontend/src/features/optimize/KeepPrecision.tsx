import { useQuery } from "@tanstack/react-query";
import { Link, useMatch } from "@tanstack/react-router";
import { projectQuery } from "../projects/queries";

// They have nothing that could be quantised.
const NONE = ["Parameter", "Result", "Constant", "Const"];

/** Leads to the form of a new version with these operations left out; nothing outside of a project. */
export function KeepPrecision({ names, type }: { names: readonly string[]; type?: string }) {
  const match = useMatch({ from: "/projects/$ref", shouldThrow: false });
  const ref = match?.params.ref;
  const { data: project } = useQuery({ ...projectQuery(ref ?? ""), enabled: ref !== undefined });
  if (!project || names.length === 0 || NONE.includes(type ?? "")) return null;
  // What is INT8 already is made again, from the model before it.
  const precision = project.model?.precision;
  const made = precision === "INT8" || precision === "INT4";
  if (project.state === "archived" || (made && project.parent_id === null)) return null;
  return (
    <p className="small" style={{ marginTop: 8 }}>
      <Link
        to="/projects/$ref"
        params={{ ref: (made && project.parent_id) || project.id }}
        search={{ tab: "optimize", make: "int8", ignore: [...names] }}
      >
        Do not quantise {names.length === 1 ? "this" : "these"}
      </Link>{" "}
      <span className="dim">opens the form of an INT8 version.</span>
    </p>
  );
}
