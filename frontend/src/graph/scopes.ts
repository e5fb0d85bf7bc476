/** Groups by the scopes in names: `encoder/layer.0/attn/MatMul`, `__module.encoder.layer.0/aten::add/Add`. */
import type { Group, Grouping } from "./groups";
import type { GraphDocument } from "./types";
import { listOf, type Wiring } from "./wiring";

const DEEPEST = 12;
const MODULE = "__module.";

interface Scope {
  label: string;
  parent: Scope | null;
  inner: Map<string, Scope>;
  nodes: number[];
  size: number;
  /** The place of its first node. */
  first: number;
  copies: number;
  shape: number;
}

/** The scopes of a name, without its last part. */
export function scopesOf(name: string, separator: "/" | "."): string[] {
  const parts: string[] = [];
  for (const part of name.split(separator)) {
    if (part.startsWith(MODULE)) parts.push(...part.slice(MODULE.length).split(".", DEEPEST + 1));
    else if (part !== "") parts.push(part);
    if (parts.length > DEEPEST) break;
  }
  return parts.slice(0, Math.min(parts.length - 1, DEEPEST));
}

/** A dot separates only where slashes do not. */
export function separatorOf(document: GraphDocument): "/" | "." {
  let slashes = 0;
  let dots = 0;
  for (const { name } of document.nodes) {
    if (name.includes("/")) slashes++;
    else if (/\w\.[A-Za-z_]/.test(name)) dots++;
  }
  return dots > 2 * slashes && dots > document.nodes.length / 4 ? "." : "/";
}

export function byScope(document: GraphDocument, wiring: Wiring): Grouping {
  const separator = separatorOf(document);
  const root = scope("", null);
  document.nodes.forEach(({ name }, node) => {
    let at = root;
    for (const label of scopesOf(name, separator)) {
      let next = at.inner.get(label);
      if (!next) {
        next = scope(label, at);
        at.inner.set(label, next);
      }
      at = next;
    }
    at.nodes.push(node);
  });
  measure(root);
  simplify(root);
  describe(root, document, wiring);
  repeat(root);

  const groups: Group[] = [];
  const of = new Int32Array(document.nodes.length).fill(-1);
  const visit = (at: Scope, parent: number) => {
    for (const node of at.nodes) of[node] = parent;
    for (const inner of at.inner.values()) {
      const { label, copies, size } = inner;
      visit(inner, groups.push({ label, parent, copies, size }) - 1);
    }
  };
  visit(root, -1);
  return { groups, of };
}

function scope(label: string, parent: Scope | null): Scope {
  return {
    label,
    parent,
    inner: new Map(),
    nodes: [],
    size: 0,
    first: Number.POSITIVE_INFINITY,
    copies: 0,
    shape: 0,
  };
}

function measure(at: Scope) {
  at.size = at.nodes.length;
  at.first = at.nodes[0] ?? Number.POSITIVE_INFINITY;
  for (const inner of at.inner.values()) {
    measure(inner);
    at.size += inner.size;
    at.first = Math.min(at.first, inner.first);
  }
}

/** A scope of one node is none; a scope that holds only one other is one with it: `a/b`. */
function simplify(at: Scope) {
  for (const [key, inner] of at.inner) {
    simplify(inner);
    if (inner.size < 2) {
      at.nodes.push(...inner.nodes);
      at.inner.delete(key);
      continue;
    }
    const [only] = inner.inner.values();
    if (inner.nodes.length === 0 && inner.inner.size === 1 && only) {
      only.label = `${inner.label}/${only.label}`;
      at.inner.set(key, only);
    }
  }
  at.nodes.sort((a, b) => a - b);
  const ordered = [...at.inner].sort(([, a], [, b]) => a.first - b.first);
  at.inner = new Map(ordered);
}

/** A number for what a scope is made of: types of its nodes, and where each reads from inside it. */
function describe(at: Scope, document: GraphDocument, wiring: Wiring) {
  const place = new Map<number, number>();
  const members: number[] = [];
  const visit = (inner: Scope) => {
    members.push(...inner.nodes);
    for (const next of inner.inner.values()) visit(next);
  };
  for (const inner of at.inner.values()) {
    describe(inner, document, wiring);
    members.length = 0;
    place.clear();
    visit(inner);
    members.sort((a, b) => a - b);
    members.forEach((node, i) => {
      place.set(node, i);
    });
    let hash = 7;
    for (const node of members) {
      hash = mixText(hash, document.nodes[node]?.type ?? "");
      for (const source of listOf(wiring.producers, node)) hash = mix(hash, place.get(source) ?? -1);
    }
    inner.shape = mix(hash, members.length);
  }
}

export function mix(hash: number, value: number): number {
  return (Math.imul(hash, 31) + value + 1) | 0;
}

export function mixText(hash: number, text: string): number {
  let mixed = hash;
  for (let i = 0; i < text.length; i++) mixed = mix(mixed, text.charCodeAt(i));
  return mixed;
}

/** Neighbours that are made alike stand in one group, "layer.0 … layer.11". */
function repeat(at: Scope) {
  const inner = [...at.inner.values()];
  for (const next of inner) repeat(next);
  const regrouped = new Map<string, Scope>();
  for (let i = 0; i < inner.length; ) {
    const first = inner[i] as Scope;
    let end = i + 1;
    while (end < inner.length && inner[end]?.shape === first.shape && inner[end]?.size === first.size) end++;
    const alike = inner.slice(i, end);
    i = end;
    if (alike.length < 2 || (alike.length === inner.length && at.nodes.length === 0 && at.parent)) {
      // Where nothing else is in the scope, it is itself the group of what repeats.
      if (alike.length > 1) at.copies = alike.length;
      for (const next of alike) regrouped.set(`${regrouped.size}`, next);
      continue;
    }
    const group = scope(`${first.label} … ${alike[alike.length - 1]?.label}`, at);
    group.copies = alike.length;
    group.size = alike.reduce((sum, next) => sum + next.size, 0);
    group.inner = new Map(alike.map((next, k) => [String(k), next]));
    regrouped.set(`${regrouped.size}`, group);
  }
  at.inner = regrouped;
}
