import { useQuery } from "@tanstack/react-query";
import { unreachable } from "../../api/errors";
import { labelColor } from "../../components/picture/labelColors";
import { labelsOf, readMask } from "../../components/picture/maskPng";

export interface LegendEntry {
  label: number;
  name: string;
  color: string;
  pixels: number;
}

/** The classes that the pixels of a mask are of, the most frequent first; its address never has another content. */
export function useMaskLegend(
  address: string | null | undefined,
  names: readonly string[] | null | undefined,
  colors?: number[][] | null,
) {
  return useQuery({
    queryKey: ["mask", address],
    queryFn: async ({ signal }) => {
      const answer = await fetch(address ?? "", { signal, credentials: "same-origin" });
      if (!answer.ok) throw unreachable();
      const mask = await readMask(await answer.arrayBuffer());
      return { all: mask.width * mask.height, labels: labelsOf(mask) };
    },
    select: ({ all, labels }) => ({
      all,
      entries: labels.map(
        ({ label, pixels }): LegendEntry => ({
          label,
          pixels,
          name: names?.[label] ?? `class ${label}`,
          color: labelColor(label, colors),
        }),
      ),
    }),
    enabled: Boolean(address),
    staleTime: Number.POSITIVE_INFINITY,
  });
}
