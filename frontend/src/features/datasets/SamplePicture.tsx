import { useMemo } from "react";
import type { Dataset, Sample } from "../../api/types";
import type { PictureLayer } from "../../components/picture/layers";
import { Picture } from "../../components/picture/Picture";
import { BeforeAfter } from "../predictions/BeforeAfter";

const HEIGHT = "72vh";

/** A sample with everything that is annotated in it; beside a picture to be restored, the restored one. */
export function SamplePicture({ sample, dataset }: { sample: Sample; dataset: Dataset }) {
  const { width, height } = sample;
  const layers = useMemo(() => layersOf(sample, dataset), [sample, dataset]);
  if (sample.target) {
    return (
      <div style={{ maxWidth: `calc(${HEIGHT} * ${width / Math.max(height, 1)})`, margin: "0 auto" }}>
        <BeforeAfter before={sample.image} after={sample.target} names={["given", "wanted"]} />
      </div>
    );
  }
  return (
    <Picture
      src={sample.image}
      alt={sample.name || sample.file}
      {...{ width, height, layers }}
      colors={dataset.colors}
      frameHeight={HEIGHT}
    />
  );
}

function layersOf(sample: Sample, dataset: Dataset): PictureLayer[] {
  const layers: PictureLayer[] = [];
  if (sample.mask) layers.push({ kind: "mask", id: "mask", name: "Classes of pixels", src: sample.mask });
  if (sample.boxes.length > 0) {
    layers.push({
      kind: "boxes",
      id: "boxes",
      name: "Objects",
      skeleton: dataset.skeleton,
      boxes: sample.boxes.map((box, index) => ({ ...box, id: String(index), name: box.label_name })),
    });
  }
  if (sample.landmarks)
    layers.push({ kind: "points", id: "points", name: "Landmarks", points: sample.landmarks });
  return layers;
}
