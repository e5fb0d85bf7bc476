"""Versions of a small classifier, made by the command line on a real installation: what they are, and what is told."""

from typing import Any

import pytest

from tests.integration.material import picture_zip, pictures, small_onnx
from tests.integration.stack import Stack

pytestmark = pytest.mark.slow

QUICK = ("--budget-s", "1", "--samples", "6")


def made(stack: Stack, *arguments: str, code: int = 0) -> dict[str, Any]:
    ended, told = stack.command(*arguments)
    assert ended == code, (told, stack.client.get(f"/jobs/{told['job']['id']}/log").text[-3000:])
    found: dict[str, Any] = told
    return found


def project_of(stack: Stack) -> dict[str, Any]:
    """A classifier with annotated pictures."""
    model = stack.import_model(small_onnx(stack.folder / "net.onnx", channels=32), precision="FP32")
    dataset = stack.import_dataset(picture_zip(stack.folder / "some.zip", 16))
    body = {"model": model["id"], "dataset": dataset["id"], "baseline": False}
    project: dict[str, Any] = stack.post("/projects", body)["project"]
    return project


@pytest.fixture(scope="module")
def labelled(stack: Stack) -> dict[str, Any]:
    return project_of(stack)


@pytest.fixture(scope="module")
def bare(stack: Stack, labelled: dict[str, Any]) -> dict[str, Any]:
    """The same model on pictures without annotations."""
    dataset = stack.import_dataset(pictures(stack.folder / "bare", 10))
    body = {"model": labelled["model"]["id"], "dataset": dataset["id"], "baseline": False}
    project: dict[str, Any] = stack.post("/projects", body)["project"]
    return project


@pytest.fixture(scope="module")
def int8(stack: Stack, labelled: dict[str, Any]) -> dict[str, Any]:
    return made(stack, "quantize", labelled["name"], *QUICK, "--preset", "mixed")


class TestInt8:
    def test_the_document(self, stack: Stack, labelled: dict[str, Any], int8: dict[str, Any]) -> None:
        assert int8["job"]["state"] == "succeeded"
        child, parent = int8["model"], int8["parent"]
        assert (child["precision"], child["parent_id"]) == ("INT8", parent["id"])
        assert parent["id"] == labelled["model"]["id"]
        assert int8["project"]["model"]["id"] == child["id"]
        assert (int8["project"]["parent_id"], int8["parent_project"]["id"]) == (labelled["id"], labelled["id"])
        assert int8["size_ratio"] == pytest.approx(parent["size_bytes"] / child["size_bytes"])
        assert int8["calibration_samples"] == 6
        conversion = child["conversion"]
        assert (conversion["method"], conversion["of"]) == ("int8", parent["name"])
        assert conversion["parent_sha256"] == parent["sha256"]
        assert conversion["calibration"]["samples"] == 6
        assert conversion["resolved"]["preset"] == "mixed"
        # Three convolutions and the classifier.
        assert sum(conversion["quantized"].values()) >= 4

    def test_accuracy_before_and_after_without_what_it_was_calibrated_with(
        self, stack: Stack, int8: dict[str, Any]
    ) -> None:
        before, after = (stack.get(f"/reports/{int8[name]}") for name in ("parent_report_id", "report_id"))
        assert before["samples"] == after["samples"] == 10
        assert before["without"] == after["without"] == {"count": 6, "seed": 0}
        assert after["effective_precision"].startswith("int8")
        for name, pair in int8["metrics"].items():
            assert pair["before"] == before["metrics"][name]
            assert pair["after"] == after["metrics"][name]
            assert pair["difference"] == pair["after"]["value"] - pair["before"]["value"]

    def test_both_were_measured_in_turn(self, stack: Stack, labelled: dict[str, Any], int8: dict[str, Any]) -> None:
        race = int8["race"]
        sides = race["sides"]
        assert [side["project_id"] for side in sides][-1] == int8["project"]["id"]
        assert {side["project_id"] for side in sides[:-1]} == {labelled["id"]}
        assert "f32" in {side["effective_precision"] for side in sides[:-1]}
        assert sides[-1]["effective_precision"].startswith("int8")
        fastest = max(side["ratio"] for side in sides[:-1])
        assert int8["throughput_ratio"] == pytest.approx(sides[-1]["ratio"] / fastest)
        for side in sides:
            run = stack.get(f"/runs/{side['run_id']}")
            assert (run["source"], run["project_id"]) == ("race", side["project_id"])
        layers = stack.get(f"/runs/{sides[-1]['run_id']}/layers")["layers"]
        assert {"i8", "u8"} & {layer["runtime_precision"] for layer in layers}

    def test_it_is_told_again(self, stack: Stack, int8: dict[str, Any]) -> None:
        told = stack.get(f"/quantizations/{int8['job']['id']}")
        assert told["result"]["model_id"] == int8["model"]["id"]
        assert told["result"]["metrics"] == int8["metrics"]

    def test_not_twice(self, stack: Stack, int8: dict[str, Any]) -> None:
        answer = stack.client.post(f"/projects/{int8['project']['id']}/quantizations", json={})
        assert (answer.status_code, answer.json()["code"]) == (409, "already_quantized")


def test_operations_that_keep_their_precision(stack: Stack, labelled: dict[str, Any]) -> None:
    found = stack.get(f"/models/{labelled['model']['id']}/layers")["items"]
    names = [layer["name"] for layer in found if layer["type"] == "Convolution"]
    told = made(
        stack, "quantize", labelled["id"], *QUICK, "--no-benchmark", "--no-accuracy", "--ignore", names[0],
        "--ignore-type", "MatMul", "--name", "some of it",
    )  # fmt: skip
    assert told["model"]["name"] == "some of it"
    assert set(told["model"]["conversion"]["resolved"]["ignored_names"]) >= {names[0]}
    assert "MatMul" not in told["model"]["conversion"]["quantized"]
    assert (told["race"], told["metrics"], told["throughput_ratio"]) == (None, {}, None)


def test_an_expression_that_matches_nothing(stack: Stack, labelled: dict[str, Any]) -> None:
    before = stack.get("/models")["total"]
    told = made(stack, "quantize", labelled["id"], *QUICK, "--no-benchmark", "--ignore-pattern", "zz.*", code=1)
    assert (told["job"]["state"], told["job"]["error"]["code"]) == ("failed", "ignored_scope_unmatched")
    assert (told["project"], told["model"], told["size_ratio"]) == (None, None, None)
    assert stack.get("/models")["total"] == before


def test_without_annotations_outputs_are_compared(stack: Stack, bare: dict[str, Any]) -> None:
    told = made(stack, "quantize", bare["id"], "--samples", "4", "--no-benchmark")
    report = stack.get(f"/reports/{told['distance_report_id']}")
    assert (report["kind"], report["samples"], report["without"]) == ("tensor_distance", 6, {"count": 4, "seed": 0})
    assert told["metrics"] == {}
    answer = stack.client.post(f"/projects/{bare['id']}/quantizations", json={"accuracy": {}})
    assert (answer.status_code, answer.json()["code"]) == (409, "dataset_not_annotated")


@pytest.mark.parametrize(
    ("mode", "method", "precision", "ratio"), [("fp16", "fp16", "FP16", 1.9), ("int8_sym", "int8 weights", "INT8", 3.0)]
)
def test_smaller_weights(
    stack: Stack, labelled: dict[str, Any], mode: str, method: str, precision: str, ratio: float
) -> None:
    told = made(stack, "compress", labelled["id"], "--mode", mode, "--no-benchmark", "--judge-samples", "5")
    model = told["model"]
    assert (model["conversion"]["method"], model["precision"]) == (method, precision)
    assert told["parent_size_bytes"] / told["size_bytes"] == pytest.approx(told["size_ratio"])
    # Of weights; the description of the graph stays, and grows a little.
    weights = told["parent"]["analysis"]["weight_bytes"] / model["analysis"]["weight_bytes"]
    assert weights > ratio
    assert stack.get(f"/reports/{told['report_id']}")["samples"] == 5


def test_cancelled_in_the_middle(stack: Stack, labelled: dict[str, Any]) -> None:
    models, projects = stack.get("/models")["total"], stack.get("/projects")["total"]
    body = {"calibration": {"samples": 8, "seed": 7}, "fast_bias_correction": False}
    job = stack.post(f"/projects/{labelled['id']}/quantizations", body)["job"]
    stack.until(lambda: stack.job(job["id"])["stage"], 60, "the job to begin")
    stack.post(f"/jobs/{job['id']}/cancel")
    ended = stack.finished(job["id"])
    assert ended["state"] == "cancelled"
    if not (stack.get(f"/quantizations/{job['id']}")["result"]):
        assert (stack.get("/models")["total"], stack.get("/projects")["total"]) == (models, projects)
