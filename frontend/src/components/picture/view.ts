/** What of a picture is in sight: `scale` screen pixels for a pixel of the picture, whose corner lies at x, y. */

export interface View {
  scale: number;
  x: number;
  y: number;
}

export interface Size {
  width: number;
  height: number;
}

const MOST = 40;

/** The whole picture in the middle of the frame; small pictures are enlarged, but not beyond recognition. */
export function fitted(frame: Size, picture: Size): View {
  const scale = Math.min(frame.width / picture.width, frame.height / picture.height, 16);
  return centred(frame, picture, Number.isFinite(scale) && scale > 0 ? scale : 1);
}

function centred(frame: Size, picture: Size, scale: number): View {
  return {
    scale,
    x: (frame.width - picture.width * scale) / 2,
    y: (frame.height - picture.height * scale) / 2,
  };
}

/** `factor` times larger; the point of the frame stays where it is. */
export function zoomed(
  view: View,
  point: { x: number; y: number },
  factor: number,
  frame: Size,
  picture: Size,
): View {
  const least = fitted(frame, picture).scale;
  const scale = Math.min(Math.max(view.scale * factor, least), Math.max(MOST, least));
  const by = scale / view.scale;
  return kept(
    { scale, x: point.x - (point.x - view.x) * by, y: point.y - (point.y - view.y) * by },
    frame,
    picture,
  );
}

export function moved(view: View, dx: number, dy: number, frame: Size, picture: Size): View {
  return kept({ ...view, x: view.x + dx, y: view.y + dy }, frame, picture);
}

/** A picture larger than the frame covers it; a smaller one stays in the middle. */
function kept(view: View, frame: Size, picture: Size): View {
  const along = (at: number, room: number, length: number) =>
    length <= room ? (room - length) / 2 : Math.min(0, Math.max(room - length, at));
  return {
    scale: view.scale,
    x: along(view.x, frame.width, picture.width * view.scale),
    y: along(view.y, frame.height, picture.height * view.scale),
  };
}
