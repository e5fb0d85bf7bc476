import type { Dataset, Sample } from "../../api/types";
import { BeforeAfter } from "../predictions/BeforeAfter";
import { LabelMask, ObjectMasks, useMask } from "./MaskLayers";
import { PictureStage } from "./PictureStage";
import { Shapes } from "./Shapes";

interface Props {
  sample: Sample;
  dataset: Dataset;
  annotations: boolean;
}

const HEIGHT = "72vh";

/** A sample with everything that is annotated in it; beside a picture to be restored, the restored one. */
export function SamplePicture({ sample, dataset, annotations }: Props) {
  const { width, height, boxes } = sample;
  const { data: mask, error } = useMask(annotations ? sample.mask : null);
  const name = sample.name || sample.file;
  if (sample.target) {
    return (
      <div style={{ maxWidth: `calc(${HEIGHT} * ${width / Math.max(height, 1)})`, margin: "0 auto" }}>
        <BeforeAfter before={sample.image} after={sample.target} names={["given", "wanted"]} />
      </div>
    );
  }
  return (
    <div>
      <PictureStage image={sample.image} alt={name} {...{ width, height }} maxHeight={HEIGHT} wheel="plain">
        {annotations
          ? (scale) => (
              <>
                {mask && <LabelMask mask={mask} colors={dataset.colors} opacity={0.6} />}
                <ObjectMasks {...{ width, height, boxes }} colors={dataset.colors} opacity={0.5} />
                <Shapes
                  {...{ width, height, scale, boxes }}
                  colors={dataset.colors}
                  skeleton={dataset.skeleton}
                  points={sample.landmarks}
                  text={(index) => boxes[index]?.label_name ?? null}
                />
              </>
            )
          : undefined}
      </PictureStage>
      {error && <p className="bad-text small">The mask could not be read: {error.message}</p>}
    </div>
  );
}
