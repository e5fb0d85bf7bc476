"""The sample as its process makes it: both files, measured again with nothing of the maker's own."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import openvino
import pytest
from numpy.typing import NDArray
from onnx.reference import ReferenceEvaluator

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[dict[str, Any]]]:
    """The work folder of a finished `make_sample`, and its events."""
    work = tmp_path_factory.mktemp("sample")
    (work / "operation.json").write_text(json.dumps({"kind": "make_sample", "parameters": {}, "lease_file": None}))
    with subprocess.Popen(
        [sys.executable, "-m", "workbench.sample.process", "run", str(work / "operation.json")],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        events = [json.loads(line) for line in process.stdout]
        assert process.stderr is not None
        noise = process.stderr.read()
        assert process.wait(60) == 0, noise
    return work, events


@pytest.fixture(scope="module")
def result(made: tuple[Path, list[dict[str, Any]]]) -> dict[str, Any]:
    found: dict[str, Any] = made[1][-1]["result"]
    return found


@pytest.fixture(scope="module")
def samples(made: tuple[Path, list[dict[str, Any]]], result: dict[str, Any]) -> list[tuple[NDArray[np.float32], int]]:
    """Network input and class of every picture in the archive, decoded from its PNG."""
    found = []
    with zipfile.ZipFile(made[0] / result["dataset"]) as archive:
        for line in archive.read("val.txt").decode().splitlines():
            name, label = line.split()
            picture = cv2.imdecode(np.frombuffer(archive.read(f"images/{name}"), np.uint8), cv2.IMREAD_COLOR_RGB)
            assert picture is not None
            found.append((picture.transpose(2, 0, 1)[None].astype(np.float32), int(label)))
    return found


def probabilities(path: Path, samples: list[tuple[NDArray[np.float32], int]], precision: str) -> NDArray[np.float32]:
    core = openvino.Core()
    compiled = core.compile_model(core.read_model(path), "CPU", {"INFERENCE_PRECISION_HINT": precision})
    return np.concatenate([compiled(image)[0].copy() for image, _ in samples])


@pytest.mark.slow
class TestSample:
    def test_stages_and_progress_are_told(self, made: tuple[Path, list[dict[str, Any]]]) -> None:
        events = made[1]
        stages = [(event["name"], event["index"], event["count"]) for event in events if event["event"] == "stage"]
        assert [index for _, index, _ in stages] == [1, 2, 3, 4]
        assert {count for _, _, count in stages} == {4}
        done = [(event["done"], event["total"]) for event in events if event["event"] == "progress"]
        assert (1400, 1400) in done
        assert (397, 397) in done

    def test_is_right_on_held_out_digits(
        self,
        made: tuple[Path, list[dict[str, Any]]],
        result: dict[str, Any],
        samples: list[tuple[NDArray[np.float32], int]],
    ) -> None:
        labels = np.array([label for _, label in samples])
        assert len(labels) == result["images"] == 397
        scores = probabilities(made[0] / result["model"], samples, "f32")
        top1 = np.mean(scores.argmax(axis=1) == labels)
        assert top1 >= 0.97
        assert result["top1"] == pytest.approx(top1)
        # Probabilities mean what they say: on average as sure as right.
        assert scores.max(axis=1).mean() == pytest.approx(top1, abs=0.03)

    def test_the_reference_of_onnx_computes_the_same(
        self,
        made: tuple[Path, list[dict[str, Any]]],
        result: dict[str, Any],
        samples: list[tuple[NDArray[np.float32], int]],
    ) -> None:
        path = made[0] / result["model"]
        few = samples[:3]
        reference = ReferenceEvaluator(str(path))
        expected = np.concatenate([np.asarray(reference.run(None, {"image": image}))[0] for image, _ in few])
        assert probabilities(path, few, "f32") == pytest.approx(expected, abs=2e-4)

    def test_the_result_says_how_pictures_go_in(self, result: dict[str, Any]) -> None:
        assert result["preprocessing"] == {"color": "RGB", "resize": "stretch", "mean": None, "scale": None}
        assert result["gflop"] >= 0.15
