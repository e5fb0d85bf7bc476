/** A laid out graph as an SVG file. Names are hostile: all text is escaped, nothing of it becomes markup. */
import { fitted } from "./labels";
import { HEADER } from "./layout";
import { type GraphColors, mixed, type Paint, plain } from "./paint";
import { UP } from "./ranks";
import type { Scene } from "./scene";
import { CLOSED, OPEN } from "./view";

const ENTITIES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text for an XML document, without the characters that XML 1.0 does not know at all. */
export function escaped(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what has to go
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd")
      .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "\ufffd")
      .replace(/[&<>"']/g, (character) => ENTITIES[character] as string)
  );
}

const MARGIN = 24;

/** `measure` gives widths of 11 px text; without a canvas, an estimate. */
export function svg(
  scene: Scene,
  paint: Paint,
  colors: GraphColors,
  measure: (text: string) => number = (text) => text.length * 5.9,
): string {
  const { layout, view } = scene;
  const [width, height] = [layout.totalWidth + 2 * MARGIN, layout.totalHeight + 2 * MARGIN];
  const round = (value: number) => String(Math.round(value * 10) / 10);
  const parts: string[] = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${round(width)}" height="${round(height)}" viewBox="${-MARGIN} ${-MARGIN} ${round(width)} ${round(height)}" font-family="Inter, system-ui, sans-serif" font-size="11">`,
    `<rect x="${-MARGIN}" y="${-MARGIN}" width="100%" height="100%" fill="${colors.bg}"/>`,
  ];
  const rect = (box: number, attributes: string) =>
    `<rect x="${round(layout.x[box] as number)}" y="${round(layout.y[box] as number)}" width="${round(layout.width[box] as number)}" height="${round(layout.height[box] as number)}" ${attributes}`;
  const text = (x: number, y: number, content: string, fill: string, more = "") =>
    content === ""
      ? ""
      : `<text x="${round(x)}" y="${round(y)}" fill="${fill}"${more}>${escaped(content)}</text>`;

  for (let box = 0; box < view.count; box++) {
    if (view.kind[box] !== OPEN) continue;
    parts.push(rect(box, `rx="8" fill="${mixed(colors.bg, colors.panel, 0.6)}" stroke="${colors.line}"/>`));
    const { head } = scene.labelOf(box);
    parts.push(
      text((layout.x[box] as number) + 10, (layout.y[box] as number) + HEADER / 2 + 4, head, colors.dim),
    );
  }
  const stroke = mixed(colors.bg, colors.faint, 0.62);
  for (let line = 0; line + 1 < layout.offsets.length; line++) {
    const dash = layout.lineKind[line] === UP ? ' stroke-dasharray="4 3"' : "";
    parts.push(`<path d="${path(scene, line, round)}" fill="none" stroke="${stroke}"${dash}/>`);
  }
  const none = plain(colors);
  for (let box = 0; box < view.count; box++) {
    if (view.kind[box] === OPEN) continue;
    const shade = paint.shades[paint.of[box] as number] ?? none;
    const { head, right, sub, subRight } = scene.labelOf(box);
    const [x, y] = [layout.x[box] as number, layout.y[box] as number];
    const [w, h] = [layout.width[box] as number, layout.height[box] as number];
    const frame = `rx="5" fill="${shade.fill}" stroke="${shade.edge}"`;
    if (view.kind[box] === CLOSED)
      parts.push(
        rect(box, `rx="5" fill="${colors.panel}" stroke="${shade.edge}" transform="translate(4 4)"/>`),
      );
    parts.push(rect(box, `${frame}><title>${escaped(`${head} ${sub}`)}</title></rect>`));
    if (shade.striped) {
      parts.push(
        `<rect x="${round(x)}" y="${round(y + 2)}" width="4" height="${round(h - 4)}" fill="${shade.solid}"/>`,
      );
    }
    const room = w - 22;
    const [first, second] = [y + h / 2 - 4, y + h / 2 + 13];
    const end = ' text-anchor="end"';
    parts.push(
      text(x + 12, first, fitted(head, room - measure(right) - 10, measure), shade.ink, ' font-weight="600"'),
      text(x + w - 9, first, fitted(right, room * 0.62, measure), shade.dim, end),
      text(x + 12, second, fitted(sub, room - measure(subRight) - 8, measure, "end"), shade.dim),
      text(x + w - 9, second, subRight, shade.dim, end),
    );
  }
  parts.push("</svg>");
  return parts.filter(Boolean).join("\n");
}

function path({ layout }: Scene, line: number, round: (value: number) => string): string {
  const { points, offsets, lineKind } = layout;
  const begin = offsets[line] as number;
  let [px, py] = [points[begin] as number, points[begin + 1] as number];
  let text = `M${round(px)} ${round(py)}`;
  for (let i = begin + 2; i < (offsets[line + 1] as number); i += 2) {
    const [qx, qy] = [points[i] as number, points[i + 1] as number];
    const bend = lineKind[line] === UP ? 30 : (qy - py) / 2;
    text +=
      Math.abs(qx - px) > 0.5
        ? `C${round(px)} ${round(py + bend)} ${round(qx)} ${round(qy - bend)} ${round(qx)} ${round(qy)}`
        : `L${round(qx)} ${round(qy)}`;
    [px, py] = [qx, qy];
  }
  return text;
}
