"""Smaller weights, held against what numpy says that rounding may cost, and against NNCF called plainly."""

from pathlib import Path
from typing import Any

import nncf
import pytest

from tests.unit.engine.networks import Recorder, classifier, np, op, ov
from tests.unit.engine.reports import annotated, identity, prepare
from workbench.engine import compress_weights, quantized_layers
from workbench.engine.calibration import open_samples
from workbench.engine.protocol import EngineError

WIDTH, HIDDEN = 192, 256


def perceptron() -> ov.Model:
    """A picture, 3·8·8 values, three matrices: "first", "second", "third"."""
    rng = np.random.default_rng(0)
    picture = op.parameter([1, 3, 8, 8], np.float32, name="picture")
    values: Any = op.reshape(picture, op.constant([1, WIDTH]), False)
    sizes = [(WIDTH, HIDDEN, "first"), (HIDDEN, HIDDEN, "second"), (HIDDEN, 8, "third")]
    for rows, columns, name in sizes:
        weights = op.constant(rng.normal(0, rows**-0.5, (columns, rows)).astype(np.float32), name=f"{name}_weights")
        values = op.relu(op.matmul(values, weights, False, True, name=name))
    return ov.Model([values], [picture], "perceptron")


def prepared(work: Path, model: ov.Model) -> Path:
    prepare(work, model=model)
    rng = np.random.default_rng(1)
    pictures = [rng.integers(0, 256, (8, 8, 3)).astype(np.uint8) for _ in range(8)]
    annotated(work / "inputs" / "calibration", [(picture, {}) for picture in pictures])
    return work


def run(work: Path, emit: Recorder | None = None, **given: Any) -> tuple[dict[str, Any], ov.Model]:
    result = compress_weights.run({"model": "inputs/model.xml", "device": "CPU", **given}, work, emit or Recorder())
    return result, ov.Core().read_model(work / "out" / "model.xml")


def refused(work: Path, **given: Any) -> EngineError:
    with pytest.raises(EngineError) as raised:
        run(work, **given)
    assert not list((work / "out").iterdir())
    return raised.value


def weights(model: ov.Model, name: str) -> np.ndarray:
    """Of a matrix product, as it computes with them."""
    node = next(node for node in model.get_ordered_ops() if node.get_friendly_name() == name)
    alone = ov.Model([op.convert(node.input_value(1), "f32")], [], "weights")
    return np.array(next(iter(ov.Core().compile_model(alone, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})({}).values())))


def kept_as(model: ov.Model, name: str) -> str:
    node = next(node for node in model.get_ordered_ops() if node.get_friendly_name() == name).input_value(1).get_node()
    while node.get_type_name() != "Constant":
        node = node.input_value(0).get_node()
    return str(node.get_element_type().get_type_name())


def size(work: Path, folder: str) -> int:
    return (work / folder / "model.bin").stat().st_size


class TestErrors:
    """What is lost, of each weight."""

    def lost(self, work: Path, name: str = "second", **given: Any) -> tuple[np.ndarray, np.ndarray]:
        _, made = run(prepared(work, perceptron()), **given)
        before = weights(ov.Core().read_model(work / "inputs" / "model.xml"), name)
        return before, np.abs(weights(made, name) - before)

    def test_fp16(self, tmp_path: Path) -> None:
        before, lost = self.lost(tmp_path, mode="fp16")
        assert (lost == np.abs(before.astype(np.float16).astype(np.float32) - before)).all()
        assert lost.max() > 0

    def test_int8_sym(self, tmp_path: Path) -> None:
        """A scale for each row, kept as FP16: half a step of 1/128 of its largest. Only of those with the other sign,
        which have 127 steps, the outermost lose more."""
        before, lost = self.lost(tmp_path, mode="int8_sym")
        step = np.abs(before).max(axis=1, keepdims=True) / 128
        assert (lost <= step / 2 + np.abs(before) / 2000).mean() > 0.9995
        assert (lost <= step * 1.01).all()
        assert lost.mean() == pytest.approx(step.mean() / 4, rel=0.1), "rounding is evenly spread"

    def test_int8_asym(self, tmp_path: Path) -> None:
        """256 values from the smallest to the largest of a row; the one that is 0 is rounded, too."""
        before, lost = self.lost(tmp_path, mode="int8_asym")
        step = (before.max(axis=1, keepdims=True) - before.min(axis=1, keepdims=True)) / 255
        assert (lost <= step * 1.01).all()
        assert lost.mean() == pytest.approx(step.mean() / 4, rel=0.1)

    @pytest.mark.parametrize("group", [32, 64, -1])
    def test_int4_asym(self, tmp_path: Path, group: int) -> None:
        """16 values for each group of a row."""
        before, lost = self.lost(tmp_path, mode="int4_asym", group_size=group, all_layers=True)
        groups = before.reshape(HIDDEN, -1, HIDDEN if group < 0 else group)
        step = (groups.max(axis=2) - groups.min(axis=2)) / 15
        assert lost.reshape(groups.shape).mean() == pytest.approx(step.mean() / 4, rel=0.1)

    def test_int4_sym(self, tmp_path: Path) -> None:
        before, lost = self.lost(tmp_path, mode="int4_sym", group_size=32, all_layers=True)
        groups = before.reshape(HIDDEN, -1, 32)
        step = np.abs(groups).max(axis=2) / 8
        assert lost.reshape(groups.shape).mean() == pytest.approx(step.mean() / 4, rel=0.15)


class TestWhat:
    @pytest.mark.parametrize(
        ("mode", "ratio", "count"),
        [("fp16", 2, {"MatMul": 3}), ("int8_sym", 4, {"MatMul": 3}), ("int8_asym", 4, {"MatMul": 3})],
    )
    def test_size(self, tmp_path: Path, mode: str, ratio: float, count: dict[str, int]) -> None:
        work = prepared(tmp_path, perceptron())
        result, _ = run(work, mode=mode)
        assert result["compressed"] == count
        assert size(work, "inputs") / size(work, "out") == pytest.approx(ratio, rel=0.05)
        assert (result["calibration_samples"], result["calibration_s"]) == (None, 0)
        assert result["nncf"] == (None if mode == "fp16" else nncf.__version__)

    def test_convolutions_and_a_classifier(self, tmp_path: Path) -> None:
        result, _ = run(prepared(tmp_path, classifier()), mode="int8_sym")
        assert result["compressed"] == {"Convolution": 1, "MatMul": 1}

    def test_the_same_as_nncf(self, tmp_path: Path) -> None:
        work = prepared(tmp_path, perceptron())
        _, made = run(work, mode="int4_sym", group_size=64, ratio=0.6)
        options = {"mode": nncf.CompressWeightsMode.INT4_SYM, "group_size": 64, "ratio": 0.6}
        plain = nncf.compress_weights(ov.Core().read_model(work / "inputs" / "model.xml"), **options)
        for name in ("first", "second", "third"):
            assert kept_as(made, name) == kept_as(plain, name)
            assert (weights(made, name) == weights(plain, name)).all()

    def test_part_in_int4(self, tmp_path: Path) -> None:
        work = prepared(tmp_path, perceptron())
        kinds = {}
        for given in ({}, {"all_layers": True}, {"ratio": 0}):
            _, made = run(work, mode="int4_sym", group_size=64, **given)
            kinds[str(given)] = [kept_as(made, name) for name in ("first", "second", "third")]
        assert kinds == {
            "{}": ["i4", "i4", "u8"],
            "{'all_layers': True}": ["i4", "i4", "i4"],
            "{'ratio': 0}": ["u8", "u8", "u8"],
        }

    def test_groups_that_do_not_divide_a_row(self, tmp_path: Path) -> None:
        """192 values are no multiple of the usual 128: they are in groups of 64; no part of 27 values is in any."""
        work = prepared(tmp_path / "rows", perceptron())
        result, made = run(work, mode="int4_sym")
        assert [kept_as(made, name) for name in ("first", "second", "third")] == ["i4", "i4", "u8"]
        whole = WIDTH * HIDDEN + HIDDEN * HIDDEN
        assert f"Weights in INT4: {100 * whole / (whole + 8 * HIDDEN):.0f} %" in result["notes"][-1]
        result, _ = run(prepared(tmp_path / "picture", classifier()), mode="int4_asym", all_layers=True)
        assert result["compressed"] == {"Convolution": 1, "MatMul": 1}
        assert result["notes"][-1].startswith("No weights are in INT4")

    def test_left_out(self, tmp_path: Path) -> None:
        work = prepared(tmp_path, perceptron())
        result, made = run(work, mode="int8_sym", ignored={"names": ["first"], "patterns": ["thi.*d$"]})
        assert result["ignored_names"] == ["first", "third"]
        assert [kept_as(made, name) for name in ("first", "second", "third")] == ["f32", "i8", "f32"]

    def test_what_goes_in_and_out_stays(self, tmp_path: Path) -> None:
        work = prepared(tmp_path, classifier((-1, 3, 16, 16)))
        for mode in compress_weights.MODES:
            _, made = run(work, mode=mode)
            source = ov.Core().read_model(work / "inputs" / "model.xml")
            for port, other in zip([*source.inputs, *source.outputs], [*made.inputs, *made.outputs], strict=True):
                assert port.get_names() == other.get_names()
                assert port.get_partial_shape() == other.get_partial_shape()
                assert port.get_element_type() == other.get_element_type()


class TestWithSamples:
    def test_scale_estimation_serves_the_activations(self, tmp_path: Path) -> None:
        """It changes the scales: of what it was made with the outputs are nearer to those of the original."""
        work = prepared(tmp_path, perceptron())
        core, errors = ov.Core(), {}
        samples = [values[0] for values in open_samples(core, work, {})]

        def told(model: Any) -> np.ndarray:
            compiled = core.compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
            return np.concatenate([compiled(sample)[0] for sample in samples])

        exact = told(work / "inputs" / "model.xml")
        given: dict[str, Any] = {
            "mode": "int4_sym",
            "group_size": 64,
            "all_layers": True,
            "dataset": "inputs/calibration",
        }
        for estimated in (False, True):
            result, made = run(work, scale_estimation=estimated, **given)
            errors[estimated] = float(((told(made) - exact) ** 2).mean())
            assert result["calibration_samples"] == 8
            assert result["calibration_s"] > 0
        assert errors[True] < errors[False]

    @pytest.mark.parametrize("metric", compress_weights.METRICS)
    def test_which_stay_in_int8(self, tmp_path: Path, metric: str) -> None:
        given: dict[str, Any] = {"mode": "int4_asym", "group_size": 64, "ratio": 0.5, "all_layers": True}
        _, made = run(
            prepared(tmp_path, perceptron()), sensitivity_metric=metric, dataset="inputs/calibration", **given
        )
        kinds = [kept_as(made, name) for name in ("first", "second", "third")]
        assert set(kinds) == {"u4", "u8"}

    def test_stages_and_progress(self, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
        emit = Recorder()
        given: dict[str, Any] = {"mode": "int4_sym", "group_size": 64, "ratio": 0.8, "dataset": "inputs/calibration"}
        run(prepared(tmp_path, perceptron()), emit, scale_estimation=True, awq=True, **given)
        stages = [(stage["index"], stage["count"], stage["name"]) for stage in emit.of("stage")]
        assert [name for _, _, name in stages[:2]] == ["read", "statistics"]
        assert [name for _, _, name in stages[-2:]] == ["compress", "write"]
        assert [index for index, _, _ in stages] == sorted({index for index, _, _ in stages})
        assert stages[-1][0] == stages[-1][1]
        last = {event["unit"]: event for event in emit.of("progress")}
        assert last["samples"]["done"] == last["samples"]["total"] == 8
        assert last["operations"]["done"] == last["operations"]["total"] == 3
        assert capfd.readouterr() == ("", "")

    def test_int8_needs_none(self, tmp_path: Path) -> None:
        result, _ = run(prepared(tmp_path, perceptron()), mode="int8_sym", dataset="inputs/calibration")
        assert result["calibration_samples"] is None
        assert "need none" in result["notes"][0]


class TestRefused:
    @pytest.mark.parametrize(
        "given",
        [
            {"mode": "int2"},
            {"mode": "int8_sym", "group_size": 32},
            {"mode": "int8_asym", "awq": True},
            {"mode": "fp16", "ratio": 0.5},
            {"mode": "fp16", "ignored": {"names": ["second"]}},
            {"mode": "int4_sym", "ratio": 2},
            {"mode": "int4_sym", "awq": True},
            {"mode": "int4_sym", "scale_estimation": True},
            {"mode": "int4_sym", "sensitivity_metric": "guess"},
            {"mode": "int4_sym", "sensitivity_metric": "max_activation_variance"},
        ],
    )
    def test_options_that_do_not_go_together(self, tmp_path: Path, given: dict[str, Any]) -> None:
        assert refused(prepared(tmp_path, perceptron()), **given).code == "invalid_configuration"

    @pytest.mark.parametrize("mode", compress_weights.MODES)
    def test_nothing_to_compress(self, tmp_path: Path, mode: str) -> None:
        assert refused(prepared(tmp_path, identity()), mode=mode).code == "nothing_to_quantize"

    @pytest.mark.parametrize("mode", ["int8_sym", "int4_sym"])
    def test_compressed_already(self, tmp_path: Path, mode: str) -> None:
        work = prepared(tmp_path, nncf.compress_weights(perceptron()))
        assert refused(work, mode=mode).code == "already_quantized"

    def test_fp16_already(self, tmp_path: Path) -> None:
        work = prepared(tmp_path, perceptron())
        ov.save_model(perceptron(), work / "inputs" / "model.xml", compress_to_fp16=True)
        assert refused(work, mode="fp16").code == "nothing_to_quantize"
        result, made = run(work, mode="int8_asym")
        assert result["compressed"] == {"MatMul": 3}
        assert set(quantized_layers.weight_types(made)) >= {"u8"}

    def test_ignored_entries_that_mean_nothing(self, tmp_path: Path) -> None:
        error = refused(prepared(tmp_path, perceptron()), mode="int8_sym", ignored={"names": ["fourth"]})
        assert error.code == "ignored_scope_unmatched"
