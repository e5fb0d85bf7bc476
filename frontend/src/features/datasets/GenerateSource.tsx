import { NativeSelect, NumberInput, SegmentedControl } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { flat } from "../../api/queryClient";
import { DropZone } from "../../components/DropZone";
import { ErrorState } from "../../components/States";
import { counted } from "../../format/number";
import { type GenerateForm, noiseProblem, pictureFiles, SAMPLE_SETS } from "./generating";
import { datasetsQuery } from "./queries";

interface Props {
  value: GenerateForm;
  onChange: (value: GenerateForm) => void;
  disabled: boolean;
}

const KINDS = [
  { value: "files", label: "Files of this computer" },
  { value: "dataset", label: "Another dataset" },
  { value: "sample_set", label: "A sample set" },
  { value: "synthetic", label: "Noise" },
] as const;

/** Where the pictures come from. */
export function GenerateSource({ value, onChange, disabled }: Props) {
  const set = (next: Partial<GenerateForm>) => onChange({ ...value, ...next });
  return (
    <div className="stack tight">
      <SegmentedControl
        aria-label="Where the pictures come from"
        value={value.from}
        onChange={(from) => set({ from: KINDS.find((kind) => kind.value === from)?.value ?? "files" })}
        data={[...KINDS]}
        disabled={disabled}
        style={{ alignSelf: "flex-start" }}
      />
      {value.from === "files" && <Files {...{ value, set, disabled }} />}
      {value.from === "dataset" && <Datasets {...{ value, set, disabled }} />}
      {value.from === "sample_set" && (
        <NativeSelect
          label="Sample set"
          value={value.sampleSet}
          onChange={(event) =>
            set({
              sampleSet:
                SAMPLE_SETS.find((entry) => entry.value === event.currentTarget.value)?.value ?? "shapes",
            })
          }
          data={SAMPLE_SETS.map(({ value: set_, label, note }) => ({
            value: set_,
            label: `${label} · ${note}`,
          }))}
          disabled={disabled}
        />
      )}
      {value.from === "synthetic" && <Noise {...{ value, set, disabled }} />}
    </div>
  );
}

interface PartProps {
  value: GenerateForm;
  set: (next: Partial<GenerateForm>) => void;
  disabled: boolean;
}

function Files({ value, set, disabled }: PartProps) {
  const others = value.files.length - pictureFiles(value.files).length;
  return (
    <>
      <DropZone files={value.files} onChange={(files) => set({ files })} disabled={disabled}>
        <p className="strong" style={{ color: "var(--ink)" }}>
          Drop pictures or a folder of them
        </p>
        <p className="small">.jpg, .png, .bmp, .gif, .webp, .tif; as many as you like</p>
      </DropZone>
      {others > 0 && (
        <p className="warn-text small" role="status">
          {counted(others, "file is no picture and is left out", "files are no pictures and are left out")}.
        </p>
      )}
      {value.files.length > 0 && value.files.length < 100 && (
        <p className="small dim">
          For calibration, 100 pictures or more that look like those of its use are better.
        </p>
      )}
    </>
  );
}

function Datasets({ value, set, disabled }: PartProps) {
  const query = useInfiniteQuery(datasetsQuery({ state: "ready", sort: "name" }));
  const datasets = useMemo(() => flat(query.data), [query.data]);
  if (query.error) return <ErrorState error={query.error} onRetry={() => void query.refetch()} compact />;
  const known = datasets.some(({ id, name }) => id === value.dataset || name === value.dataset);
  return (
    <>
      <NativeSelect
        label="Dataset"
        value={value.dataset}
        onChange={(event) => set({ dataset: event.currentTarget.value })}
        data={[
          { value: "", label: query.isPending ? "loading…" : "choose one" },
          ...datasets.map(({ id, name, count }) => ({
            value: id,
            label: `${name} · ${counted(count, "image")}`,
          })),
          ...(value.dataset === "" || known ? [] : [{ value: value.dataset, label: value.dataset }]),
        ]}
        disabled={disabled}
      />
      {query.hasNextPage && (
        <button type="button" className="chip" onClick={() => void query.fetchNextPage()}>
          More datasets…
        </button>
      )}
      <p className="small dim">Its pictures are taken, its annotations are not.</p>
    </>
  );
}

function Noise({ value, set, disabled }: PartProps) {
  const { synthetic } = value;
  const change = (next: Partial<typeof synthetic>) => set({ synthetic: { ...synthetic, ...next } });
  const number = (given: number | string) => (typeof given === "number" ? given : "");
  const problem = noiseProblem(synthetic);
  return (
    <>
      <p className="notice warn">
        For benchmarks only: noise tells nothing about accuracy, and calibration with it spoils a model.
      </p>
      <div className="field-row">
        <NumberInput
          label="How many"
          min={1}
          max={10_000}
          allowDecimal={false}
          value={synthetic.count}
          onChange={(next) => change({ count: number(next) })}
          disabled={disabled}
        />
        <NumberInput
          label="Width"
          suffix=" px"
          min={1}
          max={8192}
          allowDecimal={false}
          value={synthetic.width}
          onChange={(next) => change({ width: number(next) })}
          disabled={disabled}
        />
        <NumberInput
          label="Height"
          suffix=" px"
          min={1}
          max={8192}
          allowDecimal={false}
          value={synthetic.height}
          onChange={(next) => change({ height: number(next) })}
          disabled={disabled}
        />
        <NativeSelect
          label="Distribution"
          value={synthetic.distribution}
          onChange={(event) =>
            change({ distribution: event.currentTarget.value === "gaussian" ? "gaussian" : "uniform" })
          }
          data={[
            { value: "uniform", label: "uniform" },
            { value: "gaussian", label: "Gaussian" },
          ]}
          disabled={disabled}
        />
        <NumberInput
          label="Seed"
          min={0}
          max={2 ** 31 - 1}
          allowDecimal={false}
          value={synthetic.seed}
          onChange={(next) => change({ seed: number(next) })}
          disabled={disabled}
        />
      </div>
      {problem && <p className="bad-text small">{problem}</p>}
    </>
  );
}
