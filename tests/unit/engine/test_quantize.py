"""INT8 by NNCF, held against NNCF called plainly and against ranges worked out by hand."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import nncf
import pytest

from tests.benchmarks import calibration_by_hand
from tests.benchmarks.accuracy_speed import pictures
from tests.unit.engine.networks import Recorder, classifier, np, op, ov, save
from tests.unit.engine.reports import annotated, classifier_reading, identity, prepare
from workbench.engine import attention, ignored, quantize, quantized_layers, reverting
from workbench.engine.protocol import EngineError

COUNT = 6


def noise(number: int, size: int = 16) -> np.ndarray:
    """From 0 to 255, both of which occur."""
    picture = np.random.default_rng(number).integers(0, 256, (size, size, 3)).astype(np.uint8)
    picture[0, 0], picture[0, 1] = 0, 255
    return picture


def prepared(work: Path, model: ov.Model, pictures: list[np.ndarray] | None = None) -> Path:
    prepare(work, model=model)
    given = [noise(number) for number in range(COUNT)] if pictures is None else pictures
    annotated(work / "inputs" / "calibration", [(picture, {}) for picture in given])
    return work


def run(work: Path, emit: Recorder | None = None, **given: Any) -> tuple[dict[str, Any], ov.Model]:
    result = quantize.run({"model": "inputs/model.xml", "device": "CPU", **given}, work, emit or Recorder())
    return result, ov.Core().read_model(work / "out" / "model.xml")


def refused(work: Path, **given: Any) -> EngineError:
    with pytest.raises(EngineError) as raised:
        run(work, **given)
    assert not list((work / "out").iterdir())
    return raised.value


def constants(model: ov.Model) -> list[tuple[str, bytes]]:
    found = [node for node in model.get_ordered_ops() if node.get_type_name() == "Constant"]
    return sorted((str(node.get_element_type()), np.array(node.get_data()).tobytes()) for node in found)


def input_range(model: ov.Model) -> list[float]:
    """Low and high of the quantiser behind the first input."""
    node = next(target.get_node() for target in model.inputs[0].get_target_inputs())
    assert node.get_type_name() == "FakeQuantize"
    return [float(node.input_value(port).get_node().get_data().max()) for port in (1, 2)]


def attending(heads: int = 2, width: int = 8) -> ov.Model:
    """A picture in patches, one attention with two heads, and a classifier."""
    rng = np.random.default_rng(0)

    def weights(*shape: int) -> Any:
        return op.constant(rng.normal(0, 0.3, shape).astype(np.float32))

    picture = op.parameter([1, 3, 16, 16], np.float32, name="picture")
    patches = op.convolution(picture, weights(width, 3, 4, 4), [4, 4], [0, 0], [0, 0], [1, 1])
    patches = op.add(patches, weights(1, width, 1, 1))
    tokens = op.transpose(op.reshape(patches, op.constant([1, width, 16]), False), op.constant([0, 2, 1]))
    split, order = op.constant([1, 16, heads, width // heads]), op.constant([0, 2, 1, 3])
    query, key, value = (
        op.transpose(op.reshape(op.matmul(tokens, weights(width, width), False, False), split, False), order)
        for _ in range(3)
    )
    scores = op.multiply(op.matmul(query, key, False, True), op.constant(np.float32(0.5)))
    weighed = op.matmul(op.softmax(scores, 3), value, False, False)
    joined = op.reshape(op.transpose(weighed, order), op.constant([1, 16 * width]), False)
    return ov.Model([op.matmul(joined, weights(16 * width, 4), False, False, name="head")], [picture], "attending")


class TestAgainstNncf:
    @pytest.mark.parametrize(
        ("given", "plain"),
        [
            ({}, {"preset": nncf.QuantizationPreset.PERFORMANCE}),
            (
                {"preset": "mixed", "target_device": "CPU_SPR", "fast_bias_correction": False},
                {
                    "preset": nncf.QuantizationPreset.MIXED,
                    "target_device": nncf.TargetDevice.CPU_SPR,
                    "fast_bias_correction": False,
                },
            ),
            ({"ignored": {"names": ["fc"]}}, {"ignored_scope": nncf.IgnoredScope(names=["fc"])}),
        ],
    )
    def test_the_same_model(self, tmp_path: Path, given: dict[str, Any], plain: dict[str, Any]) -> None:
        """All numbers, weights and ranges, are those of a call by hand."""
        wanted = {"mean": [120, 110, 100], "scale": [60, 50, 40]}
        work = prepared(tmp_path, classifier())
        _, made = run(work, reading=classifier_reading(preprocessing=wanted), **given)
        values = [
            ((noise(number).astype(np.float32) - wanted["mean"]) / wanted["scale"]).astype(np.float32)
            for number in range(COUNT)
        ]
        fed = nncf.Dataset([{0: value.transpose(2, 0, 1)[None]} for value in values])
        source = ov.Core().read_model(work / "inputs" / "model.xml")
        ov.save_model(nncf.quantize(source, fed, subset_size=COUNT, **plain), tmp_path / "by_hand.xml", False)
        by_hand = ov.Core().read_model(tmp_path / "by_hand.xml")
        assert len(constants(made)) > 10
        assert constants(made) == constants(by_hand)

    def test_the_benchmark_against_a_call_by_hand(self, tmp_path: Path) -> None:
        """The short version of tests/benchmarks/calibration_by_hand.py: JPEGs, and what is quantised, not the time."""
        model = save(classifier((1, 3, 224, 224)), tmp_path)
        dataset = pictures(tmp_path / "dataset", 5)
        _, own = calibration_by_hand.ours(tmp_path / "ours", model, dataset, 4)
        _, hand = calibration_by_hand.by_hand(tmp_path / "hand", model, dataset, 4)
        assert len(calibration_by_hand.quantizers(own)) == 3
        assert calibration_by_hand.differences(own, hand) == []
        _, other = calibration_by_hand.by_hand(tmp_path / "other", model, dataset, 4, preset="mixed")
        assert calibration_by_hand.differences(own, other) != []

    def test_it_computes_what_the_original_does(self, tmp_path: Path) -> None:
        work = prepared(tmp_path, classifier())
        result, made = run(work, preprocessing={"scale": [255]})
        assert result["quantized"] == {"Convolution": 1, "ReduceMean": 1, "MatMul": 1}
        assert (result["nncf"], result["calibration_samples"]) == (nncf.__version__, COUNT)
        assert result["calibration_s"] > 0
        core = ov.Core()
        original = core.compile_model(work / "inputs" / "model.xml", "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
        int8 = core.compile_model(made, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
        picture = noise(99).astype(np.float32).transpose(2, 0, 1)[None] / 255
        before, after = original(picture)[0], int8(picture)[0]
        assert 0 < np.abs(before - after).max() < 0.02

    def test_what_goes_in_and_out_stays(self, tmp_path: Path) -> None:
        """Also an open batch, bytes, and a fixed batch above 1."""
        byte = op.parameter([2, 16, 16, 3], np.uint8, name="picture")
        planes = op.transpose(op.convert(byte, "f32"), op.constant([0, 3, 1, 2]))
        kernel = op.constant(np.random.default_rng(0).normal(0, 1, (4, 3, 3, 3)).astype(np.float32))
        out = op.convolution(planes, kernel, [1, 1], [0, 0], [0, 0], [1, 1])
        for name, model in (("bytes", ov.Model([out], [byte], "m")), ("open", classifier((-1, 3, 16, 16)))):
            work = prepared(tmp_path / name, model)
            _, made = run(work, reading=classifier_reading())
            source = ov.Core().read_model(work / "inputs" / "model.xml")
            for port, other in zip([*source.inputs, *source.outputs], [*made.inputs, *made.outputs], strict=True):
                assert port.get_names() == other.get_names()
                assert port.get_partial_shape() == other.get_partial_shape()
                assert port.get_element_type() == other.get_element_type()


class TestRanges:
    """Of the values -1 to 1, -0.5 to 1 and 0 to 255, which pictures from 0 to 255 become."""

    @pytest.mark.parametrize(
        ("preset", "preprocessing", "expected"),
        [
            # Symmetric and signed: 127 steps up, 128 down.
            ("performance", {"mean": [127.5], "scale": [127.5]}, [-128 / 127, 1]),
            # Never negative: all 255 steps up.
            ("performance", {}, [0, 255]),
            ("performance", {"mean": [85], "scale": [170]}, [-128 / 127, 1]),
            # Asymmetric: 0 is one of the 256 values, the 85th.
            ("mixed", {"mean": [85], "scale": [170]}, [-0.5, 1]),
        ],
    )
    def test_input(self, tmp_path: Path, preset: str, preprocessing: dict[str, Any], expected: list[float]) -> None:
        work = prepared(tmp_path, classifier())
        _, made = run(work, preset=preset, reading=classifier_reading(preprocessing=preprocessing))
        np.testing.assert_allclose(input_range(made), expected, rtol=1e-5, atol=1e-6)

    def test_each_sample_of_a_batch_counts_for_itself(self, tmp_path: Path) -> None:
        """The range is the mean of the samples' ranges: 150, where one of whole batches would be 200."""
        pictures = [np.minimum(noise(number), high).astype(np.uint8) for number, high in enumerate((100, 200) * 3)]
        work = prepared(tmp_path, classifier((2, 3, 16, 16)), pictures)
        _, made = run(work, reading=classifier_reading())
        np.testing.assert_allclose(input_range(made), [0, 150], rtol=1e-5)

    def test_only_the_samples_that_were_chosen(self, tmp_path: Path) -> None:
        pictures = [np.minimum(noise(number), 10 * (number + 1)).astype(np.uint8) for number in range(20)]
        work = prepared(tmp_path, classifier(), pictures)
        result, made = run(work, calibration={"count": 4, "seed": 3})
        drawn = np.random.default_rng(3).permutation(20)[:4]
        assert result["calibration_samples"] == 4
        np.testing.assert_allclose(input_range(made), [0, 10 * (drawn.mean() + 1)], rtol=1e-5)


class TestLeftOut:
    @pytest.mark.parametrize(
        ("scope", "left", "names"),
        [
            ({"names": ["conv"]}, {"ReduceMean": 1, "MatMul": 1}, ["conv"]),
            ({"patterns": ["f.$"]}, {"Convolution": 1, "ReduceMean": 1}, ["fc"]),
            ({"types": ["ReduceMean"], "names": ["fc"]}, {"Convolution": 1}, ["fc", "mean"]),
        ],
    )
    def test_by_name_pattern_and_type(
        self, tmp_path: Path, scope: dict[str, list[str]], left: dict[str, int], names: list[str]
    ) -> None:
        result, _ = run(prepared(tmp_path, classifier()), ignored=scope)
        assert result["quantized"] == left
        assert result["ignored_names"] == names

    @pytest.mark.parametrize(
        ("scope", "told"),
        [
            ({"names": ["conv", "konv"]}, "no operation is called 'konv'."),
            ({"patterns": ["x.*"], "types": ["Relu", "Gelu"]}, "a name like 'x.*', and 1 more entries mean nothing."),
            ({"types": ["Gelu"]}, "no operation is of type 'Gelu'."),
            ({"patterns": ["("]}, "'(' is no regular expression"),
        ],
    )
    def test_what_means_nothing(self, tmp_path: Path, scope: dict[str, list[str]], told: str) -> None:
        error = refused(prepared(tmp_path, classifier()), ignored=scope)
        assert error.code == "ignored_scope_unmatched"
        assert told in error.message

    def test_inside_of_a_condition(self, tmp_path: Path) -> None:
        """The branches of an If are quantised, and names of their operations known."""
        inner, other = (op.parameter([1, 3, 16, 16], np.float32) for _ in range(2))
        kernel = op.constant(np.random.default_rng(0).normal(0, 1, (3, 3, 1, 1)).astype(np.float32))
        then = op.convolution(inner, kernel, [1, 1], [0, 0], [0, 0], [1, 1], name="inside")
        picture = op.parameter([1, 3, 16, 16], np.float32, name="picture")
        bright = op.greater(op.reduce_mean(picture, op.constant(np.arange(4))), op.constant(np.float32(-1)))
        chosen = op.if_op(bright.output(0))
        bodies = [ov.Model([op.result(then)], [inner], "then"), ov.Model([op.result(op.relu(other))], [other], "else")]
        chosen.set_then_body(bodies[0])
        chosen.set_else_body(bodies[1])
        chosen.set_input(picture.output(0), inner, other)
        out = chosen.set_output(bodies[0].get_results()[0], bodies[1].get_results()[0])
        work = prepared(tmp_path, ov.Model([op.result(out)], [picture], "m"))
        result, _ = run(work)
        assert result["quantized"] == {"Convolution": 1, "ReduceMean": 1}
        for path in (work / "out").iterdir():
            path.unlink()
        model = ov.Core().read_model(work / "inputs" / "model.xml")
        assert "inside" in ignored.matched(model, {"names": ["inside"], "types": ["Relu"]})
        assert refused(work, ignored={"names": ["inside"], "types": ["ReduceMean"]}).code == "nothing_to_quantize"

    def test_nothing_is_left(self, tmp_path: Path) -> None:
        work = prepared(tmp_path, classifier())
        assert refused(work, ignored={"types": ["Convolution", "MatMul", "ReduceMean"]}).code == "nothing_to_quantize"

    @pytest.mark.parametrize("device", quantize.TARGET_DEVICES)
    def test_for_every_device(self, tmp_path: Path, device: str) -> None:
        result, made = run(prepared(tmp_path, classifier()), target_device=device)
        assert result["quantized"]["Convolution"] == 1
        assert made.get_rt_info(["nncf", "quantization", "target_device"]).astype(str) == device

    def test_nothing_is_there(self, tmp_path: Path) -> None:
        assert refused(prepared(tmp_path, identity())).code == "nothing_to_quantize"


class TestRefused:
    def test_a_model_that_is_quantised(self, tmp_path: Path) -> None:
        work = prepared(tmp_path / "a", classifier())
        _, made = run(work)
        assert refused(prepared(tmp_path / "b", made)).code == "already_quantized"

    def test_compressed_weights(self, tmp_path: Path) -> None:
        made = nncf.compress_weights(classifier())
        assert quantized_layers.compressed_weights(made) == ["u8"]
        error = refused(prepared(tmp_path, made))
        assert (error.code, "u8" in error.message) == ("already_quantized", True)

    def test_fp16_weights_are_floating_point(self, tmp_path: Path) -> None:
        work = prepared(tmp_path, classifier())
        ov.save_model(classifier(), work / "inputs" / "model.xml", compress_to_fp16=True)
        result, _ = run(work)
        assert result["quantized"] == {"Convolution": 1, "ReduceMean": 1, "MatMul": 1}

    @pytest.mark.parametrize("given", [{"preset": "fast"}, {"target_device": "TPU"}, {"model_type": "cnn"}])
    def test_unknown_options(self, tmp_path: Path, given: dict[str, str]) -> None:
        assert refused(prepared(tmp_path, classifier()), **given).code == "invalid_configuration"

    def test_a_limit_of_the_accuracy_without_a_reading(self, tmp_path: Path) -> None:
        work = prepared(tmp_path, classifier())
        control = {"metric": None, "max_drop": 0.01, "drop_type": "absolute", "dataset": "inputs/calibration"}
        assert refused(work, control=control, reading=None).code == "reading_invalid"

    def test_a_model_that_does_not_take_its_samples(self, tmp_path: Path) -> None:
        """An open size that the model fits to no picture."""
        picture = op.parameter([1, 3, -1, -1], np.float32, name="picture")
        flat = op.reshape(picture, op.constant([1, 27]), False)
        out = op.matmul(flat, op.constant(np.ones((27, 4), np.float32)), False, False)
        error = refused(prepared(tmp_path, ov.Model([out], [picture], "m")))
        assert error.code == "calibration_failed"
        assert "/" not in error.message

    def test_unreadable_samples(self, tmp_path: Path) -> None:
        work = prepared(tmp_path, classifier())
        images = sorted((work / "inputs" / "calibration" / "images").iterdir())
        for path in images[1:]:
            path.write_bytes(b"broken")
        result, _ = run(work)
        assert result["calibration_samples"] == 1
        assert "left out of the calibration: 5." in result["notes"][0]
        images[0].write_bytes(b"broken")
        (work / "out" / "model.xml").unlink()
        (work / "out" / "model.bin").unlink()
        assert refused(work).code == "no_samples"


class TestTransformers:
    def test_are_told_by_their_attention(self) -> None:
        assert attention.has_attention(attending())
        assert not attention.has_attention(classifier())
        query = op.parameter([1, 2, 16, 4], np.float32)
        whole = op.scaled_dot_product_attention(query, query, query)
        assert attention.has_attention(ov.Model([whole], [query], "m"))

    def test_a_softmax_of_weights_is_no_attention(self) -> None:
        """A gate: softmax(x · W) · V with constants."""
        tokens = op.parameter([1, 4, 8], np.float32)
        weights = op.constant(np.ones((8, 8), np.float32))
        gate = op.matmul(op.softmax(op.matmul(tokens, weights, False, False), 2), weights, False, False)
        assert not attention.has_attention(ov.Model([gate], [tokens], "m"))

    def test_smooth_quant(self, tmp_path: Path) -> None:
        """NNCF's multiplications are there by default, and not when they are unwanted."""

        def smoothed(**given: Any) -> tuple[str, int]:
            result, made = run(tmp_path, **given)
            names = [node.get_friendly_name() for node in made.get_ordered_ops()]
            return result["model_type"], sum("smooth_quant" in name for name in names)

        prepared(tmp_path, attending())
        assert smoothed() == ("transformer", smoothed(model_type="transformer")[1])
        assert smoothed()[1] > 0
        assert smoothed(smooth_quant=False) == ("transformer", 0)
        assert smoothed(model_type="none") == ("none", 0)
        result, _ = run(tmp_path, model_type="none", smooth_quant=True)
        assert "SmoothQuant was not applied" in result["notes"][0]


class TestTelling:
    def test_stages_and_progress(self, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
        emit = Recorder()
        run(prepared(tmp_path, attending()), emit)
        stages = emit.of("stage")
        assert [(stage["index"], stage["name"]) for stage in stages] == list(enumerate(quantize.STAGES, 1))
        last = {event["unit"]: event for event in emit.of("progress")}
        # Statistics are collected twice: for the smoothing, too.
        assert (last["samples"]["done"], last["samples"]["total"]) == (2 * COUNT, 2 * COUNT)
        assert last["operations"]["done"] == last["operations"]["total"] > 0
        assert capfd.readouterr() == ("", "")

    def test_as_a_process(self, tmp_path: Path) -> None:
        """Nothing but events comes out of it, and no part of the telemetry is loaded."""
        work = prepared(tmp_path, classifier())
        operation = work / "operation.json"
        operation.write_text(json.dumps({"kind": "quantize", "parameters": {"model": "inputs/model.xml"}}))
        command = [sys.executable, "-m", "workbench.engine", "run", str(operation)]
        held, ours = os.pipe()
        done = subprocess.run(command, stdin=held, capture_output=True, timeout=120, check=False)
        os.close(held)
        os.close(ours)
        events = [json.loads(line) for line in done.stdout.splitlines()]
        assert events[-1]["event"] == "result"
        assert events[-1]["result"]["quantized"]["Convolution"] == 1
        assert (work / "out" / "model.bin").is_file()
        assert "━" not in done.stderr.decode()


def test_integers_of_weights_can_wait(tmp_path: Path) -> None:
    """For putting operations back: quantisers stay on the weights, until they become integers."""
    from workbench.engine.calibration import open_samples

    work = prepared(tmp_path, classifier())
    core = ov.Core()
    model = core.read_model(work / "inputs" / "model.xml")
    samples = open_samples(core, work, {})
    made = quantize.quantized(model, samples, quantize.Options(), Recorder(), compress=False)
    assert "i8" not in quantized_layers.weight_types(made)
    reverting.compress_quantized(made)
    assert "i8" in quantized_layers.weight_types(made)
    _, direct = run(work)
    save(made, tmp_path, "later")
    assert constants(ov.Core().read_model(tmp_path / "later.xml")) == constants(direct)
