/** Which rectangles meet a window: a grid of cells, each with the rectangles that reach into it. */

const MOST_CELLS = 400;

export interface Grid {
  cells: Map<number, number[]>;
  /** Those that would reach into too many cells. */
  large: number[];
  size: number;
  columns: number;
  stamp: Int32Array;
  query: number;
  left: Float32Array;
  top: Float32Array;
  right: Float32Array;
  bottom: Float32Array;
}

export function grid(
  left: Float32Array,
  top: Float32Array,
  right: Float32Array,
  bottom: Float32Array,
  size: number,
): Grid {
  let widest = 0;
  for (const edge of right) widest = Math.max(widest, edge);
  const columns = Math.max(1, Math.ceil((widest + 1) / size) + 2);
  const made: Grid = {
    cells: new Map(),
    large: [],
    size,
    columns,
    stamp: new Int32Array(left.length),
    query: 0,
    left,
    top,
    right,
    bottom,
  };
  for (let item = 0; item < left.length; item++) {
    const [x0, x1, y0, y1] = span(made, left[item], top[item], right[item], bottom[item]);
    if ((x1 - x0 + 1) * (y1 - y0 + 1) > MOST_CELLS) {
      made.large.push(item);
      continue;
    }
    for (let y = y0; y <= y1; y++) {
      for (let x = x0; x <= x1; x++) {
        const key = y * columns + x;
        const cell = made.cells.get(key);
        if (cell) cell.push(item);
        else made.cells.set(key, [item]);
      }
    }
  }
  return made;
}

function span({ size, columns }: Grid, left = 0, top = 0, right = 0, bottom = 0) {
  const column = (x: number) => Math.min(columns - 1, Math.max(0, Math.floor(x / size) + 1));
  const row = (y: number) => Math.max(0, Math.floor(y / size) + 1);
  return [column(left), column(right), row(top), row(bottom)] as const;
}

/** Calls back once for each rectangle that meets the window. */
export function within(
  all: Grid,
  left: number,
  top: number,
  right: number,
  bottom: number,
  found: (item: number) => void,
) {
  all.query++;
  const look = (item: number) => {
    if (all.stamp[item] === all.query) return;
    all.stamp[item] = all.query;
    if (
      (all.left[item] as number) <= right &&
      (all.right[item] as number) >= left &&
      (all.top[item] as number) <= bottom &&
      (all.bottom[item] as number) >= top
    ) {
      found(item);
    }
  };
  for (const item of all.large) look(item);
  const [x0, x1, y0, y1] = span(all, left, top, right, bottom);
  if ((x1 - x0 + 1) * (y1 - y0 + 1) > all.cells.size) {
    // The window holds most of the graph: looking at each is less than looking into empty cells.
    for (let item = 0; item < all.left.length; item++) look(item);
    return;
  }
  for (let y = y0; y <= y1; y++) {
    for (let x = x0; x <= x1; x++) for (const item of all.cells.get(y * all.columns + x) ?? []) look(item);
  }
}
