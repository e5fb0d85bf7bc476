/** The polygons of a COCO segmentation as SVG writes them; none for run-length masks and for what is no list of numbers. */
export function polygonsOf(segmentation: unknown): string[] {
  if (!Array.isArray(segmentation)) return [];
  return segmentation.flatMap((polygon: unknown) =>
    Array.isArray(polygon) && polygon.length >= 6 && polygon.every((value) => Number.isFinite(value))
      ? [polygon.join(" ")]
      : [],
  );
}
