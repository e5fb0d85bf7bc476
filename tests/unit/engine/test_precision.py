"""The precision that executes."""

from collections import Counter
from pathlib import Path

import pytest

from tests.unit.engine.networks import classifier, np, ov
from workbench.engine import compiling, precision


@pytest.mark.parametrize(
    ("hint", "compute", "other", "label"),
    [
        ("f32", {"f32": 5}, {}, "f32"),
        ("bf16", {"bf16": 5, "f32": 1}, {"f32": 20}, "bf16"),
        ("f32", {"i8": 4, "f32": 1}, {}, "int8/f32"),
        ("bf16", {"u8": 4}, {"f32": 9}, "int8/bf16"),
        ("f16", {"u4": 4}, {"f16": 9}, "int4/f16"),
        ("dynamic", {}, {"f16": 3}, "f16"),
        (None, {}, {}, "f32"),
        # The device was told bf16 and computes in f32: what it does counts.
        ("bf16", {"f32": 5}, {}, "f32"),
    ],
)
def test_the_label(hint: str | None, compute: dict[str, int], other: dict[str, int], label: str) -> None:
    assert precision.effective(hint, {"compute": Counter(compute), "other": Counter(other)}) == label


def of(model: ov.Model, **properties: str) -> tuple[str, dict[str, int]]:
    compiled = ov.Core().compile_model(model, "CPU", properties)
    return precision.of_compiled(compiled, compiling.settings(compiled))


def test_f32_when_asked_for() -> None:
    label, counts = of(classifier(), INFERENCE_PRECISION_HINT="f32")
    assert label == "f32"
    assert set(counts) == {"f32"}


def test_bf16_is_only_told_where_the_cpu_computes_in_it() -> None:
    label, _ = of(classifier(), INFERENCE_PRECISION_HINT="bf16")
    capabilities = ov.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    assert label == ("bf16" if "BF16" in capabilities else "f32")


def test_a_quantised_model() -> None:
    import nncf

    rng = np.random.default_rng(0)
    samples = nncf.Dataset([rng.random((1, 3, 16, 16), dtype=np.float32) for _ in range(4)])
    quantised = nncf.quantize(classifier(), samples, subset_size=4)
    label, counts = of(quantised, INFERENCE_PRECISION_HINT="f32")
    assert label == "int8/f32"
    assert {"i8", "u8"} & set(counts)


def test_behind_a_virtual_device() -> None:
    core = ov.Core()
    core.set_property("CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    compiled = core.compile_model(classifier(), "HETERO:CPU")
    found = compiling.settings(compiled)
    assert compiling.as_text(found["INFERENCE_PRECISION_HINT"]) == "f32"
    assert precision.of_compiled(compiled, found)[0] == "f32"


@pytest.mark.parametrize(
    ("record", "kind"),
    [
        ({"primitiveType": "brgconv_avx2_f32", "runtimePrecision": "f16"}, "f32"),  # compressed weights
        ({"primitiveType": "brgconv_avx512_amx_i8", "runtimePrecision": "u8"}, "i8"),
        ({"primitiveType": "convolution_gpu_bfyx_os_iyx_osv16__f16", "runtimePrecision": "f16"}, "f16"),
        ({"primitiveType": "jit_uni", "runtimePrecision": "BF16"}, "bf16"),
        ({"primitiveType": "unknown_boolean", "runtimePrecision": "undefined"}, None),
        ({}, None),
    ],
)
def test_what_a_layer_computes_in(record: dict[str, str], kind: str | None) -> None:
    assert precision.executed(record) == kind


def test_compressed_weights_do_not_make_it_f16(tmp_path: Path) -> None:
    ov.save_model(classifier(), tmp_path / "half.xml", compress_to_fp16=True)
    model = ov.Core().read_model(tmp_path / "half.xml")
    assert of(model, INFERENCE_PRECISION_HINT="f32")[0] == "f32"
