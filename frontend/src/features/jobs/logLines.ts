/** The text of a log as lines, and where a search finds something in it. */

export interface LogLine {
  number: number;
  text: string;
  level: "info" | "warning" | "error";
}

// "2026-03-09 14:05:11.123 warning message", as the worker writes it; native output follows without any of it.
const HEAD = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}\.\d{3} (\w+)/;

export function logLines(text: string): LogLine[] {
  const lines = text.replace(/\r?\n$/, "").split(/\r?\n/);
  if (lines.length === 1 && lines[0] === "") return [];
  return lines.map((line, index) => {
    const level = HEAD.exec(line)?.[1]?.toLowerCase();
    return {
      number: index + 1,
      text: line,
      level: level === "warning" || level === "error" ? level : "info",
    };
  });
}

/** Indices of the lines that hold `wanted`, whatever its case. */
export function matches(lines: readonly LogLine[], wanted: string): number[] {
  const needle = wanted.trim().toLowerCase();
  if (!needle) return [];
  return lines.flatMap((line, index) => (line.text.toLowerCase().includes(needle) ? [index] : []));
}

/** `text` in pieces, each told whether it is what was searched for. */
export function pieces(text: string, wanted: string): { text: string; found: boolean }[] {
  const needle = wanted.trim().toLowerCase();
  if (!needle) return [{ text, found: false }];
  const parts: { text: string; found: boolean }[] = [];
  const lower = text.toLowerCase();
  let from = 0;
  for (let at = lower.indexOf(needle); at >= 0; at = lower.indexOf(needle, from)) {
    if (at > from) parts.push({ text: text.slice(from, at), found: false });
    from = at + needle.length;
    parts.push({ text: text.slice(at, from), found: true });
  }
  if (from < text.length) parts.push({ text: text.slice(from), found: false });
  return parts;
}
