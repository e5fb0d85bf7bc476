import { SegmentedControl, TextInput } from "@mantine/core";
import type { Ref } from "react";
import { count } from "../../format/number";
import type { CollapseMode, ColorMode } from "../../graph/types";
import classes from "./Graphs.module.css";

interface Props {
  query: string;
  onQuery: (query: string) => void;
  hits: number;
  /** The place of the hit that was gone to last, from 0 on. */
  hit: number;
  onNext: (step: 1 | -1) => void;
  searchRef: Ref<HTMLInputElement>;
  color: ColorMode;
  measured: boolean;
  onColor: (mode: ColorMode) => void;
  collapse: CollapseMode;
  onCollapse: (mode: CollapseMode) => void;
  onAll: (open: boolean) => void;
}

/** The line above the graphs: find, colour, collapse, which graphs. */
export function GraphTools(props: Props) {
  const { query, onQuery, hits, hit, onNext, searchRef, color, measured, onColor } = props;
  const { collapse, onCollapse, onAll } = props;
  const colors: { value: ColorMode; label: string }[] = [
    { value: "type", label: "Type" },
    ...(measured
      ? [
          { value: "time" as const, label: "Time" },
          { value: "runtime_precision" as const, label: "Runs in" },
        ]
      : []),
    { value: "output_precision", label: "Output" },
    { value: "none", label: "None" },
  ];
  return (
    <div className={classes.tools}>
      <TextInput
        ref={searchRef}
        type="search"
        aria-label="Name, type or original"
        placeholder="Name, type or original  ( / )"
        value={query}
        onChange={(event) => onQuery(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter") {
            event.preventDefault();
            onNext(event.shiftKey ? -1 : 1);
          } else if (event.key === "Escape") onQuery("");
        }}
        w={230}
      />
      <span className={classes.count} role="status">
        {query.trim() !== "" &&
          (hits === 0
            ? "no hits"
            : `${hit >= 0 ? `${count(hit + 1)} of ` : ""}${count(hits)} ${hits === 1 ? "hit" : "hits"}`)}
      </span>
      <span className="row">
        <span className="dim small">Colour</span>
        <SegmentedControl
          aria-label="Colour by"
          data={colors}
          value={color}
          onChange={(value) => onColor(value as ColorMode)}
        />
      </span>
      <span className="row">
        <span className="dim small">Collapse</span>
        <SegmentedControl
          aria-label="Collapse"
          data={[
            { value: "none", label: "Nothing" },
            { value: "scopes", label: "Scopes" },
            { value: "repeats", label: "Repeats" },
          ]}
          value={collapse}
          onChange={(value) => onCollapse(value as CollapseMode)}
        />
        {collapse !== "none" && (
          <>
            <button type="button" className="chip" onClick={() => onAll(true)}>
              Open all
            </button>
            <button type="button" className="chip" onClick={() => onAll(false)}>
              Close all
            </button>
          </>
        )}
      </span>
    </div>
  );
}
