"""The precision that executes, as the compiled model tells it, which may not be the one of the file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workbench.engine.devices import type_name

if TYPE_CHECKING:
    import openvino as ov

# Layer types that do the arithmetic of a model, in lower case without underscores, as CPU and GPU plugins name them.
COMPUTE = {
    "convolution", "deconvolution", "binaryconvolution", "deformableconvolution", "groupconvolution",
    "fullyconnected", "matmul", "gemm", "rnnseq", "rnncell", "lstmseq", "lstmcell", "gruseq", "grucell", "mha",
    "scaleddotproductattention", "pagedattention", "qkvprojection", "llmmlp", "gathermatmul",
}  # fmt: skip
_PASSIVE = {"input", "output", "const", "constant", "reorder", "convert", "parameter", "result", "data"}
_FLOATS = ("f32", "bf16", "f16", "f64")
_INTEGERS = ("i8", "u8", "i4", "u4")


def executed(record: Mapping[str, str]) -> str | None:
    """The precision a layer computes in, from its record in the execution graph (name → text).

    The CPU plugin ends `primitiveType` with the precision of the chosen kernel (`brgconv_avx2_f32`), while its
    `runtimePrecision` may name that of compressed weights (f16 for the same layer); the kernel's is what counts.
    """
    kernel = record.get("primitiveType", "").lower().rpartition("_")[2]
    if kernel in _FLOATS or kernel in _INTEGERS:
        return kernel
    recorded = record.get("runtimePrecision", "").lower()
    return None if recorded in ("", "undef", "unknown", "undefined", "dynamic") else recorded


def runtime_counts(runtime: ov.Model) -> dict[str, Counter[str]]:
    """Of an execution graph: {"compute": Counter, "other": Counter} of runtime precisions in lower case; passive
    layers (inputs, constants, reorders) are left out."""
    counts: dict[str, Counter[str]] = {"compute": Counter(), "other": Counter()}
    for node in runtime.get_ordered_ops():
        record = {name: value.astype(str) for name, value in node.get_rt_info().items()}
        kind = record.get("layerType", "").lower().replace("_", "")
        computes_in = executed(record)
        if kind and computes_in is not None and kind not in _PASSIVE:
            counts["compute" if kind in COMPUTE else "other"][computes_in] += 1
    return counts


def effective(hint: str | None, counts: dict[str, Counter[str]]) -> str:
    """One label: "f32", "bf16", "f16", or "int8/bf16" where convolutions or matrix products run on integers and the
    rest in bf16.

    The floating-point part is that of most layers that compute; without any, what the device was set to
    (`hint`, its INFERENCE_PRECISION_HINT); without that, that of most other layers.
    """
    compute, other = counts["compute"], counts["other"]
    floating = _most(compute) or (hint if hint in _FLOATS else None) or _most(other) or "f32"
    integers = [kind for kind in _INTEGERS if compute[kind]]
    if not integers:
        return floating
    return f"{'int8' if any(kind in ('i8', 'u8') for kind in integers) else 'int4'}/{floating}"


def of_compiled(compiled: ov.CompiledModel, settings: dict[str, Any]) -> tuple[str, dict[str, int]]:
    """(label, count of executed layers by runtime precision) of a compiled model; `settings` are its properties."""
    value = settings.get("INFERENCE_PRECISION_HINT")
    hint = type_name(value) if value is not None else None
    try:
        counts = runtime_counts(compiled.get_runtime_model())
    except Exception:
        # Some devices keep no execution graph: their setting is all there is to know.
        counts = {"compute": Counter(), "other": Counter()}
    return effective(hint, counts), dict((counts["compute"] + counts["other"]).most_common())


def _most(counts: Counter[str]) -> str | None:
    return next((kind for kind, _ in counts.most_common() if kind in _FLOATS), None)
