import { Modal } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { KeyboardEvent } from "react";
import type { Dataset, Sample } from "../../api/types";
import { Action } from "../../components/Action";
import { EmptyState, ErrorState, Skeleton } from "../../components/States";
import { count } from "../../format/number";
import { type SampleFilters, sampleQuery } from "./queries";
import { SampleDetail } from "./SampleDetail";
import { SamplePicture } from "./SamplePicture";
import classes from "./Samples.module.css";
import { TrySample } from "./TrySample";
import { useNeighbour } from "./useNeighbour";

interface Props {
  dataset: Dataset;
  filters: SampleFilters;
  /** Of the sample in the dataset. */
  number: number;
  /** Of the sample among those that the filters leave; unknown when a link led here. */
  place: number | undefined;
  total: number;
  onOpen: (id: number, place: number | undefined) => void;
  onClose: () => void;
}

/** One picture, large, with its annotations as drawing and as table. Arrow keys lead to its neighbours. */
export function SampleView({ dataset, filters, number, place, total, onOpen, onClose }: Props) {
  const { data: sample, error, refetch } = useQuery(sampleQuery(dataset.id, number));
  const before = useNeighbour(dataset.id, filters, place, -1, total);
  const after = useNeighbour(dataset.id, filters, place, 1, total);
  const go = (to: { sample: Sample; place: number } | null) => to && onOpen(to.sample.id, to.place);
  const onKey = (event: KeyboardEvent) => {
    // Sliders and tables have their own use for the arrows.
    if (event.target instanceof HTMLInputElement || event.defaultPrevented) return;
    if (event.key === "ArrowLeft") go(before);
    if (event.key === "ArrowRight") go(after);
  };
  const name = sample ? sample.name || sample.file : `Sample ${number}`;
  return (
    <Modal
      opened
      onClose={onClose}
      title={name}
      size="min(1280px, 96vw)"
      yOffset="3vh"
      closeButtonProps={{ "aria-label": "Close" }}
      onKeyDown={onKey}
    >
      {error ? (
        <ErrorState error={error} onRetry={() => void refetch()} compact />
      ) : sample === null ? (
        <EmptyState title={`There is no sample ${number}`}>
          The dataset has {count(dataset.count)}, numbered from 0.
        </EmptyState>
      ) : sample === undefined ? (
        <Skeleton height={480} />
      ) : (
        <div className={classes.view}>
          <SamplePicture key={sample.id} sample={sample} dataset={dataset} />
          <div className="stack tight">
            <SampleDetail sample={sample} dataset={dataset} />
            <div className="row wrap">
              <Action onClick={() => go(before)} disabled={before === null} data-autofocus>
                ← Previous
              </Action>
              <Action onClick={() => go(after)} disabled={after === null}>
                Next →
              </Action>
              {place !== undefined && total > 0 && (
                <span className="small dim">
                  {count(place + 1)} of {count(total)}
                </span>
              )}
            </div>
            <TrySample dataset={dataset} sample={sample} />
          </div>
        </div>
      )}
    </Modal>
  );
}
