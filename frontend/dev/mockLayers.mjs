// Invented executed layers, with their work against the ceilings of the machine.
import { before, random } from "./mockData.mjs";

export const ceilings = {
  device: "CPU",
  measured_at: before(60),
  openvino: "2026.4.1-20426-5ac1b4c6d6f",
  memory_gbps: 21.4,
  compute_gflops: { f32: 92, bf16: 181, i8: 352 },
  notes: ["the clock was not fixed while this was measured"],
};

// type, precision, weight of its time, FLOP per byte, share of the roof
const KINDS = [
  ["Convolution", "i8", 9, 60, 0.62],
  ["Convolution", "bf16", 5, 28, 0.5],
  ["Reorder", "bf16", 2, 0, 0.4],
  ["Eltwise", "bf16", 2, 0.4, 0.7],
  ["Concatenation", "bf16", 1.2, 0, 0.6],
  ["Pooling", "bf16", 1, 1.3, 0.5],
  ["Reshape", "f32", 0, 0, 0],
  ["Transpose", "bf16", 0.6, 0, 0.5],
  ["MatMul", "bf16", 1.4, 12, 0.55],
];

function bound(intensity, precision, roofShare, roof) {
  if (!roof) return null;
  if (roofShare < 0.15) return "overhead";
  const peak = roof.compute_gflops[precision] ?? roof.compute_gflops.f32;
  return intensity * roof.memory_gbps < peak ? "memory" : "compute";
}

function layer(order, roof) {
  const [type, precision, weight, flopPerByte, of] = KINDS[Math.floor(random() ** 1.6 * KINDS.length)];
  const time = weight === 0 ? 0 : Math.round(weight * 60 * random() ** 2.2);
  const executed = time >= 1;
  const intensity = flopPerByte === 0 ? 0 : flopPerByte * (0.3 + 2 * random());
  const peak = ceilings.compute_gflops[precision] ?? 92;
  const roofShare = Math.min(0.97, of * (0.1 + 1.3 * random()));
  const gbps = intensity === 0 ? 21.4 * roofShare : null;
  const gflops = intensity === 0 ? 0 : Math.min(peak, intensity * 21.4) * roofShare;
  const flop = Math.round(gflops * time * 1000);
  const bytes = Math.round(gbps === null ? flop / intensity : gbps * time * 1000);
  const converts =
    type === "Reorder"
      ? order % 4 === 0
        ? { conversion: "layout", converts: { from: "nchw", to: "nhwc" } }
        : { conversion: "precision", converts: { from: "i8", to: "bf16" } }
      : { conversion: null, converts: null };
  return {
    order,
    name: `/backbone/dark${1 + (order % 5)}/${type.toLowerCase()}_${order}/${type}`,
    type,
    primitive:
      type === "Convolution" ? `brgconv_avx512_core_${precision === "i8" ? "vnni" : "bf16"}` : "jit_avx512",
    runtime_precision: precision,
    time_us: executed ? time : null,
    share: 0,
    status: executed ? "executed" : order % 11 === 0 ? "not_executed" : "below_resolution",
    flop: type === "Transpose" ? null : flop,
    bytes,
    weight_bytes: type === "Convolution" || type === "MatMul" ? Math.round(bytes * 0.3) : 0,
    gflops: executed && intensity > 0 ? gflops : null,
    gbps: executed ? bytes / time / 1000 : null,
    intensity: type === "Transpose" ? null : intensity,
    roof_share: executed && roof ? roofShare : null,
    bound: executed ? bound(intensity, precision, roofShare, roof) : null,
    ...converts,
    originals:
      type === "Reorder"
        ? []
        : ["conv", "bn", "silu"].slice(0, 1 + (order % 3)).map((part) => ({
            name: `/backbone/dark${1 + (order % 5)}/m.${order}/${part}`,
            type: part === "conv" ? type : part === "bn" ? "Multiply" : "Swish",
          })),
    inputs: [{ shape: [1, 64, 52, 52], precision, layout: "nhwc", from: `layer ${order - 1}` }],
    outputs: [{ shape: [1, 128, 26, 26], precision, layout: "nhwc" }],
    attributes:
      type === "Convolution"
        ? { kernel: [3, 3], strides: [2, 2], pads_begin: [1, 1], auto_pad: "explicit" }
        : {},
  };
}

function grouped(rows, key, first) {
  const groups = new Map();
  for (const row of rows) {
    const group = groups.get(key(row)) ?? { ...first(row), time_us: 0, share: 0, count: 0 };
    group.time_us += row.time_us ?? 0;
    group.share += row.share;
    group.count += 1;
    groups.set(key(row), group);
  }
  return [...groups.values()];
}

export function layers(run, count, roof) {
  const rows = Array.from({ length: count }, (_, order) => layer(order, roof));
  const total = rows.reduce((sum, row) => sum + (row.time_us ?? 0), 0);
  for (const row of rows) row.share = (row.time_us ?? 0) / total;
  return {
    run_id: run.id,
    total_us: total,
    iterations: 100,
    note: null,
    layers: rows,
    by_type: grouped(
      rows,
      (row) => `${row.type} ${row.runtime_precision}`,
      (row) => ({ type: row.type, precision: row.runtime_precision }),
    ),
    by_precision: grouped(
      rows,
      (row) => row.runtime_precision,
      (row) => ({ precision: row.runtime_precision }),
    ),
    conversions: grouped(
      rows.filter((row) => row.converts),
      (row) => `${row.converts.from} ${row.converts.to}`,
      (row) => ({ from: row.converts.from, to: row.converts.to, kind: row.conversion }),
    ),
    ceilings: roof ?? null,
  };
}
