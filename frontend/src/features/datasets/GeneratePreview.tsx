import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { fingerprint, upload } from "../../api/tus";
import type { Augmentations } from "../../api/types";
import { Action } from "../../components/Action";
import { Panel } from "../../components/Panel";
import { EmptyState, ErrorState, Skeleton } from "../../components/States";
import classes from "./Generate.module.css";
import { type GenerateForm, pictureFiles, previewBody } from "./generating";
import { previewQuery } from "./queries";

interface Props {
  form: GenerateForm;
  augmentations: Augmentations;
  valid: boolean;
}

const AFTER_MS = 400;

/** One picture with each of its augmentations, as the job will make them. */
export function GeneratePreview({ form, augmentations, valid }: Props) {
  const [place, setPlace] = useState(0);
  const files = form.from === "files" ? pictureFiles(form.files) : [];
  const shown = files[place % Math.max(files.length, 1)];
  // The one picture that is looked at is sent ahead; the import goes on from it.
  const sent = useQuery({
    queryKey: ["generated", "upload", shown ? fingerprint(shown.path, shown.file) : null],
    queryFn: ({ signal }) =>
      shown ? upload(shown.file, shown.path, { signal, onProgress: () => undefined }) : null,
    enabled: shown !== undefined,
    staleTime: 600_000,
    retry: false,
  });
  const sentId = sent.data ?? undefined;
  const wanted = useMemo(
    () => (valid ? previewBody(form, augmentations, sentId, place) : null),
    [valid, form, augmentations, sentId, place],
  );
  const [asked] = useDebouncedValue(wanted, AFTER_MS);
  const { data, error, isFetching, refetch } = useQuery(
    previewQuery(asked ?? { sample: 0, augmentations }, asked !== null && wanted !== null),
  );
  const several = form.from === "files" ? files.length > 1 : form.from !== "synthetic" && wanted !== null;
  return (
    <Panel
      title="Preview"
      aside={
        several && (
          <Action onClick={() => setPlace(place + 1)} size="compact-xs">
            Another picture
          </Action>
        )
      }
    >
      {form.from === "synthetic" ? (
        <EmptyState title="Noise looks like noise">Every pixel is drawn by itself.</EmptyState>
      ) : sent.error ? (
        <ErrorState error={sent.error} onRetry={() => void sent.refetch()} compact />
      ) : error ? (
        <>
          <ErrorState error={error} onRetry={() => void refetch()} compact />
          {place > 0 && (
            <p className="row" style={{ marginTop: 8 }}>
              <Action onClick={() => setPlace(0)}>Back to the first picture</Action>
            </p>
          )}
        </>
      ) : valid && wanted === null && !sent.isFetching ? (
        <EmptyState title="Nothing to show yet">
          One picture with each of its augmentations is shown here.
        </EmptyState>
      ) : data ? (
        <ul className={classes.grid} aria-label="Pictures made of one" aria-busy={isFetching}>
          {data.items.map(({ title, image }, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: titles repeat, and a place is what an item is
            <li key={index} style={{ opacity: isFetching ? 0.6 : 1 }}>
              <figure>
                <img src={image} alt="" />
                <figcaption className="small dim">{title}</figcaption>
              </figure>
            </li>
          ))}
        </ul>
      ) : (
        <div className={classes.grid} role="status">
          <span className="unseen">Making the preview</span>
          {[0, 1, 2, 3].map((entry) => (
            <Skeleton key={entry} height={120} />
          ))}
        </div>
      )}
    </Panel>
  );
}
