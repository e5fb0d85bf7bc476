"""FP32 against INT8 of real networks: every convolution stands in one row with a time on both sides, and no time is
lost. The layers come from the engine's own instrumented runs, the INT8 models from NNCF."""

import gzip
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.benchmarks.light_models import with_random_weights
from tests.unit.comparisons.measured import side
from tests.unit.engine.networks import Recorder
from workbench.benchmarks.layer_schemas import Layer
from workbench.comparisons.comparing import compare
from workbench.engine import layers

pytestmark = pytest.mark.slow

NAMES = ("resnet50", "squeezenet", "densenet121", "shufflenet")
ACCOUNTED = 0.99
CONVOLUTIONS = ("Convolution", "GroupConvolution")
SAMPLES = 2


@pytest.fixture(scope="module", params=NAMES)
def pair(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[set[str], list[list[Layer]]]:
    """The names of the convolutions of a model, and its executed layers in FP32 and in INT8."""
    import nncf
    import openvino as ov

    folder = tmp_path_factory.mktemp(request.param)
    floating = with_random_weights(request.param, folder)
    model = ov.Core().read_model(floating)
    convolutions = {op.get_friendly_name() for op in model.get_ops() if op.get_type_name() in CONVOLUTIONS}
    rng = np.random.default_rng(1)
    samples = [
        {port.any_name: rng.random(list(port.shape), dtype=np.float32) for port in model.inputs} for _ in range(SAMPLES)
    ]
    quantized = folder / "int8.xml"
    ov.save_model(nncf.quantize(model, nncf.Dataset(samples), subset_size=SAMPLES), quantized, compress_to_fp16=False)
    return convolutions, [measured(floating, folder / "a"), measured(quantized, folder / "b")]


def measured(xml: Path, work: Path) -> list[Layer]:
    """The executed layers of a few inferences on one stream in f32 (and int8)."""
    for name in ("inputs", "out"):
        (work / name).mkdir(parents=True)
    for suffix in (".xml", ".bin"):
        shutil.copy(xml.with_suffix(suffix), work / "inputs" / f"model{suffix}")
    wanted = {"model": "inputs/model.xml", "device": "CPU", "precision": "f32", "streams": 1, "iterations": 5}
    result = layers.run(wanted, work, Recorder())
    table: dict[str, Any] = json.loads(gzip.decompress((work / result["artifact"]).read_bytes()))
    return [Layer.model_validate(row) for row in table["layers"]]


def test_fp32_against_int8(pair: tuple[set[str], list[list[Layer]]]) -> None:
    convolutions, (floating, quantized) = pair
    found = compare([side(floating), side(quantized)])
    for convolution in convolutions:
        rows = [row for row in found.layers if convolution in row.originals]
        assert len(rows) == 1, convolution
        for cell in rows[0].sides:
            assert cell is not None, convolution
            assert cell.time_us, convolution
    for place, layers_of_side in enumerate((floating, quantized)):
        share = found.accounted[place]
        assert share is not None
        assert share >= ACCOUNTED
        # Every layer stands in one row, so the rows add up to the whole.
        total = sum(layer.time_us or 0.0 for layer in layers_of_side)
        in_rows = sum((cell.time_us or 0.0) for row in found.layers if (cell := row.sides[place]) is not None)
        assert in_rows == pytest.approx(total, rel=1e-6)
        orders = [order for row in found.layers if (cell := row.sides[place]) is not None for order in cell.orders]
        assert sorted(orders) == sorted(layer.order for layer in layers_of_side if layer.status != "not_executed")
    # A row is a layer or a few, never a stretch of the network: at most one convolution each.
    assert max(len(convolutions & set(row.originals)) for row in found.layers) == 1
    deltas = [abs(row.delta_us[1] or 0.0) for row in found.layers]
    assert deltas == sorted(deltas, reverse=True)


def test_a_network_converted_anew_is_recognised(tmp_path: Path) -> None:
    """OpenVINO numbers the layers that it makes while converting, and starts anywhere: most names differ."""
    sides = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        sides.append(measured(with_random_weights("shufflenet", tmp_path / name), tmp_path / name / "work"))
    names = [
        {item.name for layer in layers for item in layer.originals if item.type in CONVOLUTIONS} for layers in sides
    ]
    assert len(names[0]) > 40
    assert not names[0] & names[1]
    found = compare([side(sides[0]), side(sides[1])])
    assert [warning.code for warning in found.warnings] == ["matched_by_place"]
    assert all(share is not None and share >= ACCOUNTED for share in found.accounted)
    for row in found.layers:
        first, second = row.sides
        assert first is not None
        assert second is not None
        assert (first.orders, first.types) == (second.orders, second.types)
