"""A version of the sample model with its preprocessing inside answers as the model that it was made from."""

from typing import Any

import pytest

from tests.integration.stack import Stack

pytestmark = pytest.mark.slow


def report(stack: Stack, model: str, dataset: str, kind: str = "annotations") -> dict[str, Any]:
    """Computed in f32."""
    body = {"model": model, "dataset": dataset, "device": "AUTO", "precision": "f32", "baseline": False}
    project = stack.post("/projects", body)["project"]["id"]
    job = stack.finished(stack.post(f"/projects/{project}/reports", {"kind": kind})["job"]["id"], 300)
    assert job["state"] == "succeeded", job
    found: dict[str, Any] = stack.get(f"/reports/{job['result']['report_id']}")
    return found


def rows(stack: Stack, report_id: str) -> list[tuple[int, int, bool]]:
    items = stack.get(f"/reports/{report_id}/samples", limit=500)["items"]
    return [(row["sample"], row["predicted"], row["error"]) for row in items]


def test_a_folded_model_is_as_right_as_its_parent(stack: Stack) -> None:
    sample = stack.finished(stack.post("/system/sample", {"duration_s": 0.2})["job"]["id"], 300)["result"]
    stack.finished(sample["job_id"], 300)
    code, made = stack.command("model", "fold", sample["model_id"])
    assert code == 0, made
    child = made["model"]
    assert (child["parent_id"], child["state"]) == (sample["model_id"], "ready")
    (port,) = child["inputs"]
    assert (port["type"], port["shape"], port["layout"]) == ("u8", [1, 128, 128, 3], "NHWC")
    before, now = (report(stack, model, sample["dataset_id"]) for model in (sample["model_id"], child["id"]))
    assert before["samples"] == now["samples"] == 397
    told = [{name: metric["value"] for name, metric in one["metrics"].items()} for one in (before, now)]
    assert told[0] == pytest.approx(told[1], abs=1e-6)
    assert 0.9 < told[0]["accuracy@top1"] < 1
    assert rows(stack, before["id"]) == rows(stack, now["id"])
    # Held against its parent, whose input has another type and layout.
    same = report(stack, child["id"], sample["dataset_id"], "parent_predictions")
    assert same["metrics"]["accuracy@top1"]["value"] == 1.0
    apart = report(stack, child["id"], sample["dataset_id"], "tensor_distance")
    assert apart["metrics"]["cosine"]["value"] == pytest.approx(1.0, abs=1e-6)
