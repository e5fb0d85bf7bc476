import { useQuery } from "@tanstack/react-query";
import { labelColor } from "../../components/picture/labelColors";
import { labelsOf, readMask } from "../../components/picture/maskPng";
import { percent } from "../../format/number";

interface Props {
  /** Address of the mask. */
  src: string;
  title: string;
  labels: readonly string[];
  colors?: readonly (readonly number[])[] | null;
  hidden: ReadonlySet<number>;
  onHidden: (hidden: ReadonlySet<number>) => void;
}

const MOST = 24;

/** The classes that a mask has, with their share of it; a click hides one in the picture. */
export function MaskLegend({ src, title, labels, colors, hidden, onHidden }: Props) {
  const { data } = useQuery({
    queryKey: ["mask", src],
    queryFn: async ({ signal }) => {
      const answer = await fetch(src, { signal, credentials: "same-origin" });
      const mask = await readMask(await answer.arrayBuffer());
      return { found: labelsOf(mask).slice(0, MOST), pixels: mask.width * mask.height };
    },
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  if (!data) return null;
  const toggle = (label: number) => {
    const next = new Set(hidden);
    if (!next.delete(label)) next.add(label);
    onHidden(next);
  };
  return (
    <fieldset className="row wrap">
      <legend>{title}</legend>
      {data.found.length === 0 && <span className="small dim">background alone</span>}
      {data.found.map(({ label, pixels }) => (
        <button
          key={label}
          type="button"
          className="chip"
          aria-pressed={!hidden.has(label)}
          onClick={() => toggle(label)}
          style={hidden.has(label) ? { textDecoration: "line-through" } : undefined}
        >
          <i
            aria-hidden
            style={{
              width: 9,
              height: 9,
              borderRadius: 2,
              background: labelColor(label, colors),
            }}
          />
          {labels[label] ?? `class ${label}`} <span className="faint">{percent(pixels / data.pixels)}</span>
        </button>
      ))}
    </fieldset>
  );
}
