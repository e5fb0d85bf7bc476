import { type ReactNode, useState } from "react";
import { BoxesDrawing, PointsDrawing } from "./BoxesDrawing";
import { HeatCanvas, MaskCanvas, RleCanvas } from "./canvases";
import type { PictureLayer } from "./layers";
import classes from "./Picture.module.css";
import { usePictureView } from "./usePictureView";
import type { Size } from "./view";

/**
 * A picture with what was annotated or predicted drawn over it. The wheel zooms, dragging moves; so do + − 0 and the
 * arrow keys. Layers (see `layers.ts`) are drawn in their order, each with a toggle above the picture:
 *
 *   <Picture src={sample.image} alt="A street" width={640} height={480} layers={[
 *     { kind: "boxes", id: "a", name: "Annotation", boxes, dashed: true },
 *     { kind: "mask", id: "m", name: "Mask", src: sample.mask },
 *     { kind: "points", id: "p", name: "Landmarks", points: [[12, 40]] },
 *     { kind: "heat", id: "h", name: "Importance", src: map.heat },
 *   ]} colors={dataset.colors} opacity={0.5} />
 */
export interface PictureProps {
  src: string;
  alt: string;
  /** Pixels of the picture; when they are not known, those of the file. */
  width?: number | null;
  height?: number | null;
  layers?: readonly PictureLayer[];
  /** Red, green and blue of each label, as the dataset has them. */
  colors?: readonly (readonly number[])[] | null;
  /** Of masks and heat, 0 to 1. */
  opacity?: number;
  /** Height of the frame: any CSS length. */
  frameHeight?: number | string;
  /** The `id` of the box that stands out, and what is told when one is clicked. */
  picked?: string | null;
  onPick?: (id: string) => void;
  /** Which layers are shown, where the page decides; otherwise the picture remembers it. */
  hidden?: ReadonlySet<string>;
  onHidden?: (hidden: ReadonlySet<string>) => void;
  /** Without the line of toggles and zoom above the picture. */
  bare?: boolean;
  /** At the right of the toggles. */
  controls?: ReactNode;
}

export function Picture(props: PictureProps) {
  const { src, alt, layers = [], colors, opacity = 0.55, frameHeight = 420, picked, onPick, bare } = props;
  const [natural, setNatural] = useState<{ src: string; width: number; height: number } | null>(null);
  const [failed, setFailed] = useState<string | null>(null);
  const [own, setOwn] = useState<ReadonlySet<string>>(
    () => new Set(layers.filter(({ off }) => off).map(({ id }) => id)),
  );
  const hidden = props.hidden ?? own;
  const setHidden = props.onHidden ?? setOwn;
  const loaded = natural?.src === src ? natural : null;
  const size = {
    width: props.width || loaded?.width || 0,
    height: props.height || loaded?.height || 0,
  };
  const { frame, view, whole, handlers, zoomBy, showAll } = usePictureView(size, src);
  const shown = layers.filter(({ id }) => !hidden.has(id));
  const toggle = (id: string) => {
    const next = new Set(hidden);
    if (!next.delete(id)) next.add(id);
    setHidden(next);
  };
  const known = size.width > 0 && size.height > 0;
  return (
    <figure className={classes.figure}>
      {!bare && (
        <div className={classes.bar}>
          {layers.length > 0 && (
            <fieldset className={classes.toggles}>
              <legend className="unseen">What is drawn</legend>
              {layers.map(({ id, name }) => (
                <button
                  key={id}
                  type="button"
                  className={hidden.has(id) ? "chip" : "chip accent"}
                  aria-pressed={!hidden.has(id)}
                  onClick={() => toggle(id)}
                >
                  {name}
                </button>
              ))}
            </fieldset>
          )}
          <div className="row" style={{ marginLeft: "auto" }}>
            {props.controls}
            <button type="button" className="chip" onClick={() => zoomBy(1 / 1.5)} aria-label="Smaller">
              −
            </button>
            <button type="button" className="chip" onClick={() => zoomBy(1.5)} aria-label="Larger">
              +
            </button>
            <button type="button" className="chip" onClick={showAll} disabled={whole}>
              {known && view ? `${Math.round(view.scale * 100)} %` : "100 %"}
            </button>
          </div>
        </div>
      )}
      <section
        ref={frame}
        className={whole ? classes.frame : `${classes.frame} ${classes.near}`}
        style={{ height: frameHeight }}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: keys move and zoom what is in it
        tabIndex={0}
        aria-label={`${alt}. Plus and minus zoom, arrow keys move, 0 shows the whole picture.`}
        {...handlers}
      >
        <div
          className={classes.stage}
          style={{
            width: size.width,
            height: size.height,
            transform: view ? `translate(${view.x}px, ${view.y}px) scale(${view.scale})` : "none",
            visibility: view && known ? "visible" : "hidden",
          }}
        >
          <img
            src={src}
            alt={alt}
            draggable={false}
            className={view && view.scale > 3 ? classes.crisp : undefined}
            onLoad={(event) => {
              const { naturalWidth, naturalHeight } = event.currentTarget;
              setNatural({ src, width: naturalWidth, height: naturalHeight });
            }}
            onError={() => setFailed(src)}
          />
          {known &&
            shown.map((layer) => (
              <Layer
                key={layer.id}
                scale={view?.scale ?? 1}
                {...{ layer, size, colors, opacity, picked, onPick }}
              />
            ))}
        </div>
        {failed === src && <p className={classes.failed}>The picture could not be fetched.</p>}
      </section>
    </figure>
  );
}

interface LayerProps extends Pick<PictureProps, "colors" | "picked" | "onPick"> {
  layer: PictureLayer;
  size: Size;
  scale: number;
  opacity: number;
}

function Layer({ layer, size, scale, colors, opacity, picked, onPick }: LayerProps) {
  switch (layer.kind) {
    case "image":
      return <img src={layer.src} alt={layer.name} draggable={false} className={classes.over} />;
    case "mask":
      return <MaskCanvas src={layer.src} hidden={layer.hiddenLabels} {...{ colors, opacity }} />;
    case "heat":
      return <HeatCanvas src={layer.src} opacity={opacity} />;
    case "points":
      return <PointsDrawing {...{ layer, size, scale }} />;
    case "boxes":
      return (
        <>
          <RleCanvas {...{ layer, size, colors, opacity }} />
          <BoxesDrawing {...{ layer, size, scale, colors, opacity, picked, onPick }} />
        </>
      );
  }
}
