"""Against the parent: an INT8 version of the sample model, its answers and its tensors, each beside the same computed
here with OpenVINO alone."""

import io
import zipfile
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import openvino as ov
import pytest

from tests.integration.stack import Stack
from tests.server import runtime_of
from workbench.db.tables import Model
from workbench.settings import Settings

pytestmark = pytest.mark.slow
COUNT = 60


@pytest.fixture(scope="module")
def sample(stack: Stack) -> dict[str, Any]:
    job = stack.finished(stack.post("/system/sample", {"duration_s": 0.2})["job"]["id"], 300)
    assert job["state"] == "succeeded", job
    made: dict[str, Any] = job["result"]
    stack.finished(made["job_id"], 300)
    return made


@pytest.fixture(scope="module")
def inputs(stack: Stack, sample: dict[str, Any]) -> list[Any]:
    """The first pictures as the model takes them."""
    found = []
    for number in range(COUNT):
        content = stack.client.get(f"/datasets/{sample['dataset_id']}/samples/{number}/image").content
        picture: Any = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
        found.append(picture[:, :, ::-1].transpose(2, 0, 1)[None].astype(np.float32))
    return found


@pytest.fixture(scope="module")
def irs(
    stack: Stack, sample: dict[str, Any], inputs: list[Any], tmp_path_factory: pytest.TempPathFactory
) -> list[Path]:
    """The parent and, quantised here, its child."""
    import nncf

    folder = tmp_path_factory.mktemp("ir")
    answer = stack.client.get(f"/models/{sample['model_id']}/download")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        archive.extractall(folder)
    (parent,) = folder.rglob("*.xml")
    quantised = nncf.quantize(ov.Core().read_model(parent), nncf.Dataset(inputs), subset_size=COUNT)
    ov.save_model(quantised, folder / "int8.xml", compress_to_fp16=False)
    return [parent, folder / "int8.xml"]


@pytest.fixture(scope="module")
def child(stack: Stack, sample: dict[str, Any], irs: list[Path]) -> dict[str, str]:
    """Projects of both that compute in f32, by model: `parent`, `child`."""
    model = stack.import_model(irs[1], name="digits int8", task="classification")
    with runtime_of(Settings(data_dir=stack.data_dir)) as runtime, runtime.db.write() as session:
        row = session.get_one(Model, model["id"])
        row.parent_id = sample["model_id"]
        row.preprocessing = session.get_one(Model, sample["model_id"]).preprocessing
    ids = {}
    for name, one in (("parent", sample["model_id"]), ("child", model["id"])):
        body = {"model": one, "dataset": sample["dataset_id"], "device": "AUTO", "precision": "f32", "baseline": False}
        ids[name] = stack.post("/projects", body)["project"]["id"]
    assert stack.get(f"/projects/{ids['child']}")["parent_id"] == ids["parent"]
    return ids


def reported(stack: Stack, project: str, **wanted: Any) -> dict[str, Any]:
    job = stack.finished(stack.post(f"/projects/{project}/reports", wanted)["job"]["id"], 300)
    assert job["state"] == "succeeded", (job, stack.client.get(f"/jobs/{job['id']}/log").text[-3000:])
    found: dict[str, Any] = stack.get(f"/reports/{job['result']['report_id']}")
    return found


def outputs(xml: Path, inputs: list[Any]) -> Any:
    model = ov.Core().compile_model(xml, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    return np.array([model(one)[0][0].copy() for one in inputs], np.float64)


def test_against_the_parents_answers(stack: Stack, child: dict[str, str], irs: list[Path], inputs: list[Any]) -> None:
    report = reported(stack, child["child"], kind="parent_predictions")
    assert report["reference"]["name"] == "sample digits"
    assert report["samples"] == 397
    rows = stack.get(f"/reports/{report['id']}/samples", limit=COUNT)["items"]
    parent, own = outputs(irs[0], inputs).argmax(axis=1), outputs(irs[1], inputs).argmax(axis=1)
    assert [row["label"] for row in rows] == parent.tolist()
    assert [row["predicted"] for row in rows] == own.tolist()
    alike = stack.get(f"/reports/{report['id']}/samples", where="error = false", limit=1)["total"]
    assert report["metrics"]["accuracy@top1"]["value"] == pytest.approx(alike / 397)
    assert 0 < alike < 397
    # It is no report against annotations, and does not stand for the project.
    assert stack.get(f"/projects/{child['child']}")["accuracy"] is None


def test_distance_of_tensors(stack: Stack, child: dict[str, str], irs: list[Path], inputs: list[Any]) -> None:
    report = reported(stack, child["child"], kind="tensor_distance")
    rows = stack.get(f"/reports/{report['id']}/samples", limit=COUNT)["items"]
    parent, own = outputs(irs[0], inputs), outputs(irs[1], inputs)
    apart = own - parent
    assert [row["mse"] for row in rows] == pytest.approx((apart**2).mean(axis=1).tolist(), rel=1e-2, abs=1e-9)
    assert [row["max_abs"] for row in rows] == pytest.approx(np.abs(apart).max(axis=1).tolist(), rel=1e-2, abs=1e-6)
    worst = stack.get(f"/reports/{report['id']}/samples", sort="-mse", limit=5)["items"]
    assert worst[0]["mse"] >= max(row["mse"] for row in rows)


def test_by_layer(stack: Stack, child: dict[str, str]) -> None:
    subset = {"count": 5, "seed": 0}
    report = reported(stack, child["child"], kind="tensor_distance", per_layer=True, subset=subset)
    found = stack.get(f"/reports/{report['id']}/samples", limit=500)
    assert found["total"] > 5 * 5


def test_versions_sample_by_sample(stack: Stack, child: dict[str, str]) -> None:
    before, now = (reported(stack, child[name]) for name in ("parent", "child"))
    found = stack.get(f"/reports/{now['id']}/comparison", before=before["id"], limit=500)
    wrong = {
        one["id"]: {
            row["sample"]
            for row in stack.get(f"/reports/{one['id']}/samples", where="error = true", limit=500)["items"]
        }
        for one in (before, now)
    }
    broken = {row["sample"] for row in found["items"] if row["change"] == "broken"}
    assert broken == wrong[now["id"]] - wrong[before["id"]]
    assert found["counts"]["fixed"] == len(wrong[before["id"]] - wrong[now["id"]])
    metric = found["metrics"]["accuracy@top1"]
    assert metric["difference"] == pytest.approx((len(wrong[before["id"]]) - len(wrong[now["id"]])) / 397)
    deltas = [row["delta"] for row in found["items"]]
    assert deltas == sorted(deltas, reverse=True)


def test_a_reading_said_for_the_parent_holds_for_the_child(stack: Stack, child: dict[str, str]) -> None:
    body = {"reading": {"task": "classification", "decoding": {"family": "classification"}, "metrics": {"top_k": [3]}}}
    assert stack.client.put(f"/projects/{child['parent']}/reading", json=body).status_code == 200
    found = stack.get(f"/projects/{child['child']}/reading")
    assert (found["source"], found["reading"]["metrics"]["top_k"]) == ("user", [3])
    stack.client.delete(f"/projects/{child['parent']}/reading")


def test_a_picture_beside_the_parent(stack: Stack, child: dict[str, str], irs: list[Path], inputs: list[Any]) -> None:
    made = stack.post("/predictions", {"project": child["child"], "sample": 3, "with_parent": True})
    assert stack.finished(made["job"]["id"])["state"] == "succeeded"
    result = stack.get(f"/predictions/{made['prediction']['id']}")["result"]
    for drawn, xml in ((result["parent"], irs[0]), (result["prediction"], irs[1])):
        scores = outputs(xml, inputs[3:4])[0]
        assert drawn["classes"][0]["label"] == int(scores.argmax())
        assert drawn["classes"][0]["score"] == pytest.approx(float(scores.max()), abs=1e-3)
