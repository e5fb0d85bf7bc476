import { NativeSelect } from "@mantine/core";
import { useMemo, useState } from "react";
import type { PredictionResult } from "../../api/types";
import { Panel } from "../../components/Panel";
import type { PictureLayer } from "../../components/picture/layers";
import { Picture } from "../../components/picture/Picture";
import { percent } from "../../format/number";
import { Range } from "./Range";
import classes from "./Try.module.css";

/** The map of a class over the picture. */
export function Importance({ result }: { result: PredictionResult }) {
  const [index, setIndex] = useState(0);
  const [opacity, setOpacity] = useState(0.5);
  const map = result.importance[index] ?? result.importance[0];
  const layers = useMemo<PictureLayer[]>(
    () => (map ? [{ kind: "heat", id: "heat", name: "Importance", src: map.heat }] : []),
    [map],
  );
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
        <Picture
          src={result.image}
          alt={`Importance map of ${map.name}`}
          width={result.width}
          height={result.height}
          frameHeight="min(62vh, 620px)"
          {...{ layers, opacity }}
        />
        <p className="legend">
          <span aria-hidden className={classes.scale} />
          <span>least to most important; each map is stretched to its own range</span>
        </p>
      </div>
    </Panel>
  );
}
