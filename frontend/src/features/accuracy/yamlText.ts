/** A reading as YAML text, in the order and form in which the server writes it. The server reads it; nothing here does. */

const PLAIN = /^[A-Za-z_/][\w ./-]*$/;
const TAKEN = /^(null|true|false|yes|no|on|off|y|n)$/i;

function scalar(value: unknown): string {
  if (value === null || value === undefined) return "null";
  if (typeof value === "string")
    return PLAIN.test(value) && !TAKEN.test(value) && !value.endsWith(" ") ? value : JSON.stringify(value);
  return String(value);
}

function inLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inLine).join(", ")}]`;
  // Within brackets commas and colons mean something.
  return typeof value === "string" && /[,:[\]{}]/.test(value) ? JSON.stringify(value) : scalar(value);
}

export function yamlText(value: object, indent = ""): string {
  const lines = Object.entries(value).map(([key, entry]) => {
    if (Array.isArray(entry)) {
      if (!entry.some((one) => typeof one === "object" && one !== null && !Array.isArray(one)))
        return `${indent}${key}: ${inLine(entry)}\n`;
      const items = entry.map((one: object) => {
        const text = yamlText(one, `${indent}  `);
        return `${indent}- ${text.slice(indent.length + 2)}`;
      });
      return `${indent}${key}:\n${items.join("")}`;
    }
    if (typeof entry === "object" && entry !== null)
      return `${indent}${key}:\n${yamlText(entry as object, `${indent}  `)}`;
    return `${indent}${key}: ${scalar(entry)}\n`;
  });
  return lines.join("");
}

/** Where line and column (from 1) are in a text. */
export function placeOf(text: string, line: number, column: number): number {
  let at = 0;
  for (let passed = 1; passed < line; passed += 1) {
    const next = text.indexOf("\n", at);
    if (next < 0) return text.length;
    at = next + 1;
  }
  const end = text.indexOf("\n", at);
  return Math.min(at + Math.max(0, column - 1), end < 0 ? text.length : end);
}
