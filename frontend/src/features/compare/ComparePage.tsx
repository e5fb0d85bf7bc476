import { Button } from "@mantine/core";
import { keepPreviousData, useQueries, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import type { Comparison } from "../../api/types";
import { Action } from "../../components/Action";
import { PageHeader } from "../../components/PageHeader";
import { Panel } from "../../components/Panel";
import { EmptyState, ErrorState, SkeletonRows } from "../../components/States";
import { ComparisonCharts } from "./ComparisonCharts";
import { LayerDifferences } from "./LayerDifferences";
import { MetricsTable } from "./MetricsTable";
import { headline } from "./metrics";
import { comparisonQuery, faceQuery } from "./queries";
import { SidePicker } from "./SidePicker";
import { SideStrip } from "./SideStrip";
import { comparisonName, exportAddress, type Face, letter, withSide } from "./sides";

const CheckForm = lazy(() => import("../checks/CheckForm").then((part) => ({ default: part.CheckForm })));
const route = getRouteApi("/compare");
const NONE: string[] = [];

/** What changed: two or more projects or runs beside each other. The address names them. */
export function ComparePage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const keys = search.side ?? NONE;
  const [picking, setPicking] = useState(false);
  const enough = keys.length >= 2;
  const query = useQuery({
    ...comparisonQuery(keys),
    enabled: enough,
    placeholderData: keepPreviousData,
  });
  const fresh = enough && query.data && !query.isPlaceholderData ? query.data : undefined;
  const known = new Map<string, Face>(query.data?.sides.map((side) => [side.key, side]));
  const alone = useQueries({
    queries: keys.map((key) => ({ ...faceQuery(key), enabled: !enough || query.isError })),
  });
  const faces = keys.map((key, index) => known.get(key) ?? alone[index]?.data);

  const set = (next: Partial<typeof search>) =>
    void navigate({ search: (now) => ({ ...now, ...next }), replace: true, resetScroll: false });
  const change = (side: string[]) =>
    void navigate({
      search: (now) => ({
        ...now,
        side: side.length > 0 ? side : undefined,
        with: undefined,
        row: undefined,
      }),
      resetScroll: false,
    });

  return (
    <>
      <PageHeader
        crumbs={[
          <Link key="projects" to="/">
            Projects
          </Link>,
          "Compare",
        ]}
        title={fresh ? `Compare ${comparisonName(fresh.sides)}` : "Compare"}
        facts={
          fresh ? (
            <Summary comparison={fresh} />
          ) : (
            "Two or more projects or runs, of any models, targets or versions."
          )
        }
        actions={
          fresh && (
            <>
              <CheckAction comparison={fresh} />
              <Downloads keys={keys} />
            </>
          )
        }
      />
      <div className="stack">
        <SideStrip keys={keys} faces={faces} onChange={change} onAdd={() => setPicking(true)} />
        {!enough ? (
          <Panel>
            <EmptyState
              title={keys.length === 0 ? "Nothing is compared yet" : "Compared with what?"}
              actions={
                <Button variant="filled" onClick={() => setPicking(true)}>
                  {keys.length === 0 ? "Choose what to compare" : "Choose the other side"}
                </Button>
              }
            >
              Add two or more projects or runs; a project stands for its best run. Or tick them in the list of{" "}
              <Link to="/">projects</Link>. The first one is what the others are compared with.
            </EmptyState>
          </Panel>
        ) : query.error ? (
          <ErrorState error={query.error} onRetry={() => void query.refetch()} />
        ) : fresh ? (
          <Loaded comparison={fresh} search={search} onChange={set} />
        ) : (
          <SkeletonRows label="the comparison" count={14} />
        )}
      </div>
      {picking && (
        <SidePicker
          chosen={keys}
          onAdd={(key) => change(withSide(keys, key))}
          onClose={() => setPicking(false)}
        />
      )}
    </>
  );
}

interface LoadedProps {
  comparison: Comparison;
  search: ReturnType<typeof route.useSearch>;
  onChange: (next: Partial<ReturnType<typeof route.useSearch>>) => void;
}

function Loaded({ comparison, search, onChange }: LoadedProps) {
  const { warnings } = comparison;
  return (
    <>
      {warnings.length > 0 && (
        <section className="stack tight" aria-label="Warnings">
          {warnings.map((warning) => (
            <div key={`${warning.code} ${warning.message}`} className="notice warn">
              <p>
                {warning.message} <code>{warning.code}</code>
              </p>
            </div>
          ))}
        </section>
      )}
      <MetricsTable comparison={comparison} />
      <ComparisonCharts
        comparison={comparison}
        percentile={search.x ?? "median"}
        onPercentile={(x) => onChange({ x: x === "median" ? undefined : x })}
      />
      <LayerDifferences comparison={comparison} search={search} onChange={onChange} />
    </>
  );
}

/** One sentence a side: what came of the throughput. */
function Summary({ comparison }: { comparison: Comparison }) {
  const metric = comparison.metrics.find(({ name }) => name === "throughput_fps") ?? comparison.metrics[0];
  const lines = comparison.sides.flatMap((_, index) => {
    const text = index > 0 ? headline(metric, index) : null;
    return text ? [`${letter(index)} against A: ${text}`] : [];
  });
  return <>{lines.join(" · ") || "Differences are against A."}</>;
}

/** Figures of two days differ for many reasons; a check measures both in turn, and decides. */
function CheckAction({ comparison }: { comparison: Comparison }) {
  const [open, setOpen] = useState(false);
  const [baseline, other, ...more] = comparison.sides;
  if (!baseline || !other) return null;
  const reason =
    more.length > 0
      ? "A check is between two: take the others away first."
      : other.project.state === "archived"
        ? `The ${other.project.missing.join(" and the ")} of B is gone: it cannot be measured any more.`
        : undefined;
  return (
    <>
      <Action reason={reason} onClick={() => setOpen(true)}>
        Check B against A…
      </Action>
      <Suspense>
        {open && <CheckForm project={other.project} baseline={baseline} onClose={() => setOpen(false)} />}
      </Suspense>
    </>
  );
}

const FORMATS = [
  { format: "csv", label: "CSV", title: "Figures and layer differences as a table" },
  { format: "json", label: "JSON", title: "All that is on this page, for programs" },
  { format: "html", label: "Report", title: "One HTML file with charts; it opens without a network" },
] as const;

function Downloads({ keys }: { keys: readonly string[] }) {
  return (
    <>
      {FORMATS.map(({ format, label, title }) => (
        <Button
          key={format}
          component="a"
          href={exportAddress(keys, format)}
          download
          title={title}
          aria-label={`${label}: download the comparison as ${format.toUpperCase()}`}
        >
          {label}
        </Button>
      ))}
    </>
  );
}
