import { useQueryClient } from "@tanstack/react-query";
import { Outlet, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useState } from "react";
import { listen } from "../api/events";
import { ConnectionNotice } from "./ConnectionNotice";
import { Rail } from "./Rail";

const loadPalette = () => import("./Palette");
const Palette = lazy(() => loadPalette().then((part) => ({ default: part.Palette })));
const JobDrawer = lazy(() =>
  import("../features/jobs/JobDrawer").then((part) => ({ default: part.JobDrawer })),
);

/** What stands around every page: the rail, the running job, the search over everything. */
export function Frame() {
  const client = useQueryClient();
  const { job } = useSearch({ from: "__root__" });
  const [finding, setFinding] = useState(false);

  useEffect(() => listen(client), [client]);
  useEffect(() => {
    // Fetched before it is asked for, so that the letters typed after Ctrl K arrive in it.
    const waiting = setTimeout(() => void loadPalette().catch(() => undefined), 1500);
    return () => clearTimeout(waiting);
  }, []);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
        event.preventDefault();
        setFinding(true);
      }
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);

  return (
    <div className="app">
      <a className="skip" href="#main">
        To the content
      </a>
      <Rail onFind={() => setFinding(true)} />
      <main id="main" tabIndex={-1}>
        <ConnectionNotice />
        <Outlet />
      </main>
      <Suspense>
        {finding && <Palette onClose={() => setFinding(false)} />}
        {job && <JobDrawer id={job} />}
      </Suspense>
    </div>
  );
}
