import { NativeSelect } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import type { PredictionResult } from "../../api/types";
import { Panel } from "../../components/Panel";
import { percent } from "../../format/number";
import { colorHeat } from "./heat";
import { Range } from "./Range";
import classes from "./Try.module.css";

/** The map of a class over the picture. */
export function Importance({ result }: { result: PredictionResult }) {
  const [index, setIndex] = useState(0);
  const [opacity, setOpacity] = useState(0.5);
  const map = result.importance[index] ?? result.importance[0];
  const canvas = useHeat(map?.heat);
  if (!map) return null;
  return (
    <Panel title="Importance map" aside="red: what raises the score of the class">
      <div className="stack tight">
        <div className="row wrap" style={{ gap: 20 }}>
          <NativeSelect
            aria-label="Class"
            value={String(index)}
            onChange={(event) => setIndex(Number(event.currentTarget.value))}
            data={result.importance.map(({ name, score }, at) => ({
              value: String(at),
              label: `${name} · ${percent(score)}`,
            }))}
          />
          <Range label="Opacity" value={opacity} step={0.05} onChange={setOpacity} />
        </div>
        <div className={classes.stage}>
          <img src={result.image} alt="What the map belongs to" />
          <canvas ref={canvas} role="img" aria-label={`Importance map of ${map.name}`} style={{ opacity }} />
        </div>
        <p className="legend">
          <span aria-hidden className={classes.scale} />
          <span>least to most important; each map is stretched to its own range</span>
        </p>
      </div>
    </Panel>
  );
}

function useHeat(address: string | undefined) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (!address) return;
    const image = new Image();
    image.onload = () => {
      const to = canvas.current;
      const context = to?.getContext("2d", { willReadFrequently: true });
      if (!to || !context) return;
      to.width = image.naturalWidth;
      to.height = image.naturalHeight;
      context.drawImage(image, 0, 0);
      const pixels = context.getImageData(0, 0, to.width, to.height);
      colorHeat(pixels.data);
      context.putImageData(pixels, 0, 0);
    };
    image.src = address;
    return () => {
      image.onload = null;
    };
  }, [address]);
  return canvas;
}
