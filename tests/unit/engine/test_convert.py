"""`convert` on files that are whole: every format, and what is made of it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov
import pytest

from tests.unit.engine.corpus import (
    FIXTURES,
    LIGHT,
    external_tensor,
    ir_files,
    left_behind,
    onnx_bytes,
    onnx_model,
    run_convert,
    stage,
    tiny_output,
    write,
)
from workbench.engine.protocol import EngineError

X = np.linspace(-1, 1, 192, dtype=np.float32).reshape(1, 8, 8, 3)
SOURCES = {
    "tf_saved_model": ("tensorflow", "TensorFlow SavedModel"),
    "tiny_frozen.pb": ("tensorflow", "TensorFlow frozen graph"),
    "tiny_frozen.pbtxt": ("tensorflow", "TensorFlow frozen graph"),
    "tf_checkpoint": ("tensorflow", "TensorFlow MetaGraph"),
    "tiny.tflite": ("tflite", "TensorFlow Lite"),
    "paddle": ("paddle", "PaddlePaddle"),
}


def infer(work: Path, x: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    compiled = ov.compile_model(work / "out" / "model.xml", "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    result: np.ndarray[Any, Any] = compiled(x)[0]
    return result


def constants(work: Path) -> set[str]:
    model = ov.Core().read_model(work / "out" / "model.xml")
    found = (node for node in model.get_ops() if node.get_type_name() == "Constant")
    return {node.get_element_type().get_type_name() for node in found if node.get_output_size()}


class TestFormats:
    @pytest.mark.parametrize("name", SOURCES)
    def test_each_source_gives_the_network_it_was_made_from(self, tmp_path: Path, name: str) -> None:
        result, events = run_convert(tmp_path, stage(tmp_path, FIXTURES / name), precision="FP32")
        assert (result["framework"], result["source_format"]) == SOURCES[name]
        assert result["precision"] == "FP32"
        assert result["compile_ok"]
        assert left_behind(tmp_path) == ["out", "out/model.bin", "out/model.xml"]
        x = X.transpose(0, 3, 1, 2).copy() if name == "paddle" else X
        np.testing.assert_allclose(infer(tmp_path, x), tiny_output(X), atol=1e-5)
        stages = [(event["name"], event["index"], event["count"]) for event in events if event["event"] == "stage"]
        names = ["recognise", "check", "convert", "save", "verify"]
        assert stages == [(stage_name, place, 5) for place, stage_name in enumerate(names, start=1)]

    def test_a_quantised_tflite_model_stays_quantised(self, tmp_path: Path) -> None:
        result, _ = run_convert(tmp_path, stage(tmp_path, FIXTURES / "tiny_int8.tflite"))
        assert result["precision"] == "INT8"
        assert result["source_format"] == "TensorFlow Lite"

    def test_files_given_one_by_one(self, tmp_path: Path) -> None:
        folder = FIXTURES / "tf_checkpoint"
        names = stage(tmp_path, *sorted(folder.iterdir()))
        result, _ = run_convert(tmp_path, names, precision="FP32")
        assert result["source_format"] == "TensorFlow MetaGraph"
        np.testing.assert_allclose(infer(tmp_path, X), tiny_output(X), atol=1e-5)

    def test_a_saved_model_whose_files_were_uploaded_side_by_side(self, tmp_path: Path) -> None:
        folder = FIXTURES / "tf_saved_model"
        files = stage(tmp_path, folder / "saved_model.pb", *sorted((folder / "variables").iterdir()))
        run_convert(tmp_path, files, precision="FP32")
        np.testing.assert_allclose(infer(tmp_path, X), tiny_output(X), atol=1e-5)

    def test_a_label_map_beside_a_graph_is_no_second_model(self, tmp_path: Path) -> None:
        files = stage(tmp_path, FIXTURES / "tiny_frozen.pb")
        files.append(write(tmp_path, "label_map.pbtxt", 'item { id: 1 name: "cat" }\n'))
        result, _ = run_convert(tmp_path, files)
        assert result["source_format"] == "TensorFlow frozen graph"

    def test_onnx_with_external_data_through_staged_links(self, tmp_path: Path) -> None:
        store = tmp_path / "store"
        store.mkdir()
        (store / "a.onnx").write_bytes(onnx_bytes(onnx_model(external_tensor("a.data", offset="16", length="48"))))
        weights = np.arange(12, dtype=np.float32)
        (store / "a.data").write_bytes(b"\0" * 16 + weights.tobytes())
        work = tmp_path / "work"
        work.mkdir()
        result, _ = run_convert(work, stage(work, store / "a.onnx", store / "a.data"), precision="FP32")
        assert result["source_format"] == "ONNX"
        x = np.random.default_rng(0).random((1, 3, 4, 4), np.float32)
        expected = np.einsum("nchw,oc->nohw", x, weights.reshape(4, 3))
        np.testing.assert_allclose(infer(work, x), expected, rtol=1e-5)

    @pytest.mark.parametrize("name", ["light_squeezenet", "light_shufflenet"])
    def test_light_onnx_models(self, tmp_path: Path, name: str) -> None:
        result, _ = run_convert(tmp_path, stage(tmp_path, LIGHT / f"{name}.onnx"))
        assert (result["framework"], result["precision"], result["compile_ok"]) == ("onnx", "FP16", True)


class TestIntermediateRepresentation:
    @pytest.mark.parametrize("version", [10, 11])
    def test_it_is_kept_byte_for_byte(self, tmp_path: Path, version: int) -> None:
        xml, weights = ir_files(tmp_path / "made")
        xml.write_bytes(xml.read_bytes().replace(b'version="11"', f'version="{version}"'.encode()))
        result, _ = run_convert(tmp_path, stage(tmp_path, xml, weights), precision="FP16")
        assert result["source_format"] == f"OpenVINO IR v{version}"
        assert result["precision"] == "FP32"  # what is in it, not what was asked for
        assert (tmp_path / "out" / "model.xml").read_bytes() == xml.read_bytes()
        assert (tmp_path / "out" / "model.bin").read_bytes() == weights.read_bytes()

    def test_the_bin_may_have_another_name(self, tmp_path: Path) -> None:
        xml, weights = ir_files(tmp_path / "made")
        renamed = weights.rename(weights.with_name("weights.bin"))
        run_convert(tmp_path, stage(tmp_path, xml, renamed))
        assert (tmp_path / "out" / "model.bin").read_bytes() == renamed.read_bytes()

    def test_a_model_without_constants_needs_no_bin(self, tmp_path: Path) -> None:
        x = ov.opset13.parameter([2, 3], np.float32, name="x")
        ov.save_model(ov.Model([ov.opset13.relu(x)], [x], "relu"), tmp_path / "r.xml")
        result, _ = run_convert(tmp_path, stage(tmp_path, tmp_path / "r.xml"))
        assert result["compile_ok"]
        assert (tmp_path / "out" / "model.bin").read_bytes() == b""

    def test_a_branch_and_a_loop_with_bodies_of_their_own_ids(self, tmp_path: Path) -> None:
        ops = ov.opset13
        x = ops.parameter([1, 4], np.float32, name="x")
        state = ops.parameter([1, 4], np.float32)
        step = ops.matmul(state, ops.constant(np.eye(4, dtype=np.float32)), False, False)
        body = ov.Model([ops.result(step), ops.result(ops.constant(True))], [state], "body")
        loop = ops.loop(ops.constant(np.int64(3)), ops.constant(True))
        loop.set_function(body)
        loop.set_special_body_ports([-1, 1])
        loop.set_merged_input(state, x.output(0), step.output(0))
        out = loop.get_iter_value(step.output(0), -1)
        ov.save_model(ov.Model([ops.result(out)], [x], "looped"), tmp_path / "l.xml")
        result, _ = run_convert(tmp_path, stage(tmp_path, tmp_path / "l.xml", tmp_path / "l.bin"))
        assert result["compile_ok"]


class TestPrecision:
    def test_weights_are_halved_by_default(self, tmp_path: Path) -> None:
        write(tmp_path, "a.onnx", onnx_bytes())
        result, _ = run_convert(tmp_path, ["inputs/a.onnx"])
        assert result["precision"] == "FP16"
        assert result["conversion"]["arguments"] == {"compress_to_fp16": True}
        assert "f16" in constants(tmp_path)

    def test_fp32_keeps_them(self, tmp_path: Path) -> None:
        write(tmp_path, "a.onnx", onnx_bytes())
        result, _ = run_convert(tmp_path, ["inputs/a.onnx"], precision="FP32", name="Mine")
        assert result["precision"] == "FP32"
        assert "f16" not in constants(tmp_path)
        assert ov.Core().read_model(tmp_path / "out" / "model.xml").get_friendly_name() == "Mine"
        assert result["conversion"]["openvino"].count(".") == 2

    def test_an_unknown_precision(self, tmp_path: Path) -> None:
        write(tmp_path, "a.onnx", onnx_bytes())
        with pytest.raises(EngineError) as caught:
            run_convert(tmp_path, ["inputs/a.onnx"], precision="INT3")
        assert caught.value.code == "invalid_configuration"


class TestInputsAndOutputs:
    def test_shape_and_layout_of_an_input(self, tmp_path: Path) -> None:
        files = stage(tmp_path, *ir_files(tmp_path / "made"))
        wanted = [{"name": "x", "shape": ["1..4", 3, 16, "?"], "layout": "NCHW"}]
        result, _ = run_convert(tmp_path, files, inputs=wanted)
        model = ov.Core().read_model(tmp_path / "out" / "model.xml")
        assert str(model.input("x").get_partial_shape()) == "[1..4,3,16,?]"
        assert model.get_parameters()[0].get_layout() == ov.Layout("NCHW")
        assert result["conversion"]["arguments"]["inputs"] == wanted
        assert result["precision"] == "FP32"  # weights of an IR are not compressed unasked

    @pytest.mark.parametrize("framework", ["ir", "onnx"])
    def test_outputs_that_replace_the_models_own(self, tmp_path: Path, framework: str) -> None:
        if framework == "ir":
            files, wanted, shape = stage(tmp_path, *ir_files(tmp_path / "made")), "biased", [1, 4, 6, 6]
        else:
            files, wanted, shape = [write(tmp_path, "a.onnx", onnx_bytes())], "y", [1, 4, 4, 4]
        run_convert(tmp_path, files, outputs=[wanted])
        model = ov.Core().read_model(tmp_path / "out" / "model.xml")
        assert [list(port.shape) for port in model.outputs] == [shape]
        assert wanted in model.output(0).get_names()
        assert not any(node.get_type_name() == "Relu" for node in model.get_ops())

    @pytest.mark.parametrize(
        ("parameters", "code"),
        [
            ({"inputs": [{"name": "nope", "shape": [1]}]}, "unknown_input"),
            ({"inputs": [{"name": "x", "shape": [1, 3, 8, "eight"]}]}, "invalid_shape"),
            ({"inputs": [{"name": "x", "shape": [1, 5, 8, 8]}]}, "invalid_shape"),
            ({"inputs": [{"name": "x", "layout": "N#"}]}, "invalid_layout"),
            ({"inputs": [{"name": "x", "shape": [1, 3, 10**12, 8]}]}, "model_too_large"),
            ({"outputs": ["nope"]}, "unknown_output"),
        ],
    )
    def test_what_does_not_fit(self, tmp_path: Path, parameters: dict[str, Any], code: str) -> None:
        files = stage(tmp_path, *ir_files(tmp_path / "made"))
        with pytest.raises(EngineError) as caught:
            run_convert(tmp_path, files, **parameters)
        assert caught.value.code == code
        assert [name for name in left_behind(tmp_path) if not name.startswith("made")] == []

    def test_an_output_that_a_source_model_does_not_have(self, tmp_path: Path) -> None:
        write(tmp_path, "a.onnx", onnx_bytes())
        with pytest.raises(EngineError) as caught:
            run_convert(tmp_path, ["inputs/a.onnx"], outputs=["nope"])
        assert caught.value.code == "unknown_output"


class TestUnsupportedOperations:
    @pytest.mark.parametrize(("operation", "domain"), [("Foo", ""), ("Bar", "com.example")])
    def test_the_operation_is_named(self, tmp_path: Path, operation: str, domain: str) -> None:
        write(tmp_path, "a.onnx", onnx_bytes(onnx_model(operation=operation, domain=domain)))
        with pytest.raises(EngineError) as caught:
            run_convert(tmp_path, ["inputs/a.onnx"])
        assert caught.value.code == "unsupported_operation"
        assert operation in caught.value.message
        assert left_behind(tmp_path) == []

    def test_of_an_ir(self, tmp_path: Path) -> None:
        xml, weights = ir_files(tmp_path / "made")
        xml.write_text(xml.read_text().replace('type="ReLU"', 'type="Mystery"'))
        with pytest.raises(EngineError) as caught:
            run_convert(tmp_path, stage(tmp_path, xml, weights))
        assert caught.value.code == "unsupported_operation"
        assert "Mystery" in caught.value.message


class TestEngineProcess:
    def run(self, work: Path, files: list[str]) -> tuple[int, list[dict[str, Any]]]:
        operation = {"kind": "convert", "parameters": {"files": files}, "lease_file": None, "lease_timeout_s": 20}
        (work / "operation.json").write_text(json.dumps(operation))
        command = [sys.executable, "-m", "workbench.engine", "run", str(work / "operation.json")]
        root = Path(__file__).parents[3]
        with subprocess.Popen(
            command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as ran:
            assert ran.stdout is not None
            lines = ran.stdout.read().decode().splitlines()
            code = ran.wait(60)
        return code, [json.loads(line) for line in lines]

    def test_a_good_model_ends_with_a_result(self, tmp_path: Path) -> None:
        code, events = self.run(tmp_path, stage(tmp_path, FIXTURES / "tiny.tflite"))
        assert (code, events[-1]["event"]) == (0, "result")
        assert (tmp_path / events[-1]["result"]["xml"]).is_file()

    def test_a_bad_one_ends_with_an_error_event_and_no_files(self, tmp_path: Path) -> None:
        code, events = self.run(tmp_path, [write(tmp_path, "a.onnx", b"\x93 not a model")])
        assert (code, events[-1]["event"], events[-1]["code"]) == (1, "error", "model_corrupt")
        assert events[-1]["action"]
        assert not any((tmp_path / "out").iterdir())
