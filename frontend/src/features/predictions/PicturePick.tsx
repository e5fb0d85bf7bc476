import { NativeSelect, SegmentedControl } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { type DragEvent, useEffect, useMemo, useRef, useState } from "react";
import { filesOfDrop, filesOfInput } from "../../api/files";
import { flat } from "../../api/queryClient";
import type { Dataset } from "../../api/types";
import { Action } from "../../components/Action";
import { SearchField } from "../../components/SearchField";
import { ErrorState, SkeletonRows } from "../../components/States";
import { counted } from "../../format/number";
import { datasetQuery, datasetsQuery, sampleQuery, samplesQuery } from "../datasets/queries";
import { SampleGrid } from "../datasets/SampleGrid";
import classes from "./Try.module.css";
import type { Picture } from "./trying";

interface Props {
  label: string;
  value: Picture;
  onChange: (value: Picture) => void;
  disabled: boolean;
}

/** A picture to try: dropped, chosen, or a sample of a dataset. */
export function PicturePick({ label, value, onChange, disabled }: Props) {
  const set = (next: Partial<Picture>) => onChange({ ...value, ...next });
  return (
    <fieldset className="stack tight" disabled={disabled}>
      <legend>{label}</legend>
      <SegmentedControl
        aria-label={`${label}: where it comes from`}
        value={value.from}
        onChange={(from) => set({ from: from === "sample" ? "sample" : "file" })}
        data={[
          { value: "file", label: "A file" },
          { value: "sample", label: "A sample of a dataset" },
        ]}
        disabled={disabled}
        style={{ alignSelf: "flex-start" }}
      />
      {value.from === "file" ? <FilePick {...{ label, value, set }} /> : <SamplePick {...{ value, set }} />}
    </fieldset>
  );
}

interface PartProps {
  value: Picture;
  set: (next: Partial<Picture>) => void;
}

/** The address of a file's content, as long as it is shown. */
export function useFileAddress(file: File | null | undefined): string | null {
  const [address, setAddress] = useState<string | null>(null);
  useEffect(() => {
    if (!file) return setAddress(null);
    const made = URL.createObjectURL(file);
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [file]);
  return address;
}

function FilePick({ label, value, set }: PartProps & { label: string }) {
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const address = useFileAddress(value.file?.file);
  const take = (files: { path: string; file: File }[]) => {
    const [file] = files;
    if (file) set({ file });
  };
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    void filesOfDrop(event.dataTransfer).then(take);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the button inside does the same by keyboard
    <div
      className={over ? "drop over" : "drop"}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={onDrop}
    >
      {address && value.file ? (
        <>
          <img src={address} alt={value.file.path} className={classes.small} />
          <p className="small ellipsis" style={{ maxWidth: "100%" }}>
            {value.file.path}
          </p>
        </>
      ) : (
        <p className="strong" style={{ color: "var(--ink)" }}>
          Drop a picture here
        </p>
      )}
      <Action onClick={() => input.current?.click()}>
        {value.file ? "Choose another" : "Choose a file"}
      </Action>
      <input
        ref={input}
        type="file"
        accept="image/*"
        hidden
        aria-label={`${label}: file`}
        onChange={(event) => {
          take(filesOfInput(event.currentTarget.files));
          event.currentTarget.value = "";
        }}
      />
    </div>
  );
}

function SamplePick({ value, set }: PartProps) {
  const query = useInfiniteQuery(datasetsQuery({ state: "ready", sort: "name" }));
  const listed = useMemo(() => flat(query.data), [query.data]);
  const { data: named } = useQuery({
    ...datasetQuery(value.dataset ?? ""),
    enabled: value.dataset !== undefined,
  });
  const datasets = named && !listed.some(({ id }) => id === named.id) ? [named, ...listed] : listed;
  return (
    <>
      <NativeSelect
        label="Dataset"
        value={named?.id ?? ""}
        onChange={(event) => set({ dataset: event.currentTarget.value || undefined, sample: undefined })}
        data={[
          { value: "", label: query.isPending ? "loading…" : "choose one" },
          ...datasets.map(({ id, name, count }) => ({
            value: id,
            label: `${name} · ${counted(count, "image")}`,
          })),
        ]}
      />
      {query.error && <ErrorState error={query.error} onRetry={() => void query.refetch()} compact />}
      {named && <SampleOf key={named.id} dataset={named} {...{ value, set }} />}
    </>
  );
}

function SampleOf({ dataset, value, set }: PartProps & { dataset: Dataset }) {
  const [q, setQ] = useState<string>();
  const [choosing, setChoosing] = useState(value.sample === undefined);
  const filters = useMemo(() => ({ q }), [q]);
  const { data, error, refetch } = useQuery(samplesQuery(dataset.id, filters, 0));
  const { data: chosen } = useQuery({
    ...sampleQuery(dataset.id, value.sample ?? 0),
    enabled: value.sample !== undefined,
  });
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} compact />;
  if (!data) return <SkeletonRows label="samples" count={3} />;
  return (
    <>
      {value.sample !== undefined && chosen && (
        <div className="row">
          <img src={chosen.thumbnail} alt={chosen.name || chosen.file} className={classes.thumbnail} />
          <div className="grow">
            <p className="breaking">{chosen.name || chosen.file}</p>
            <p className="small dim">
              {chosen.width} × {chosen.height} px
            </p>
          </div>
          {!choosing && <Action onClick={() => setChoosing(true)}>Choose another</Action>}
        </div>
      )}
      {value.sample !== undefined && chosen === null && (
        <p className="warn-text">The dataset has no sample {value.sample}.</p>
      )}
      {choosing && (
        <>
          <SearchField label="Find by name" value={q} onChange={setQ} width={200} />
          {data.total === 0 ? (
            <p className="dim">No picture has "{q}" in its name.</p>
          ) : (
            <SampleGrid
              key={q ?? ""}
              dataset={dataset}
              filters={filters}
              total={data.total}
              annotations={false}
              onOpen={(sample) => {
                set({ sample });
                setChoosing(false);
              }}
            />
          )}
        </>
      )}
    </>
  );
}
