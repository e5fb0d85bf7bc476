"""Accuracy on a real installation: the sample project from its guess to its deletion, and a model made of its own."""

import csv
import io
import subprocess
import sys
import zipfile
from typing import Any

import cv2
import numpy as np
import openvino as ov
import pytest
from sklearn.metrics import accuracy_score, confusion_matrix, precision_recall_fscore_support

from tests.integration.stack import ROOT, Stack

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def sample(stack: Stack) -> dict[str, Any]:
    """The sample project: ids, and what its makers measured of it."""
    job = stack.finished(stack.post("/system/sample", {"duration_s": 0.2})["job"]["id"], 300)
    assert job["state"] == "succeeded", job
    made: dict[str, Any] = job["result"]
    stack.finished(made["job_id"], 300)
    return made


@pytest.fixture(scope="module")
def scores(stack: Stack, sample: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Labels and scores of every picture, computed here with OpenVINO and OpenCV alone, in f32."""
    folder = tmp_path_factory.mktemp("ir")
    answer = stack.client.get(f"/models/{sample['model_id']}/download")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        archive.extractall(folder)
    (xml,) = folder.rglob("*.xml")
    model = ov.Core().compile_model(xml, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    labels, found = [], []
    cursor = None
    while True:
        query = {"limit": 200} | ({"cursor": cursor} if cursor else {})
        page = stack.get(f"/datasets/{sample['dataset_id']}/samples", **query)
        for item in page["items"]:
            content = stack.client.get(item["image"].removeprefix("/api/v1")).content
            picture: Any = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
            found.append(model(picture[:, :, ::-1].transpose(2, 0, 1)[None].astype(np.float32))[0][0].copy())
            labels.append(item["label"])
        cursor = page["next_cursor"]
        if cursor is None:
            return np.array(labels), np.array(found)


def reported(stack: Stack, project: str, **wanted: Any) -> dict[str, Any]:
    job = stack.finished(stack.post(f"/projects/{project}/reports", wanted)["job"]["id"], 300)
    assert job["state"] == "succeeded", (job, stack.client.get(f"/jobs/{job['id']}/log").text[-3000:])
    found: dict[str, Any] = stack.get(f"/reports/{job['result']['report_id']}")
    return found


@pytest.fixture(scope="module")
def precise(stack: Stack, sample: dict[str, Any]) -> str:
    """A second project of the same model, on AUTO, that computes in f32 everywhere: figures can be compared exactly."""
    body = {
        "model": sample["model_id"], "dataset": sample["dataset_id"], "device": "AUTO", "precision": "f32",
        "baseline": False,
    }  # fmt: skip
    project: str = stack.post("/projects", body)["project"]["id"]
    return project


@pytest.fixture(scope="module")
def report(stack: Stack, precise: str) -> dict[str, Any]:
    return reported(stack, precise)


class TestSample:
    def test_the_guess_is_complete(self, stack: Stack, sample: dict[str, Any]) -> None:
        reading = stack.get(f"/projects/{sample['project_id']}/reading")
        assert (reading["source"], reading["complete"], reading["missing"]) == ("guessed", True, [])
        assert reading["reading"]["decoding"] == {"family": "classification", "output": None, "activation": "none"}
        assert {guess["field"] for guess in reading["guesses"]} >= {"task", "decoding.activation", "preprocessing"}

    def test_figures_equal_those_of_scikit_learn(self, report: dict[str, Any], scores: Any) -> None:
        labels, found = scores
        told = {name: metric["value"] for name, metric in report["metrics"].items()}
        predicted = found.argmax(axis=1)
        assert report["effective_precision"].startswith("f32")
        assert told["accuracy@top1"] == pytest.approx(accuracy_score(labels, predicted), abs=1e-9)
        # scikit-learn lets the last of equal scores come first; here it is the first class, as its argmax has it.
        order = np.argsort(-found, axis=1, kind="stable")
        assert told["accuracy@top5"] == pytest.approx(np.mean((order[:, :5] == labels[:, None]).any(axis=1)), abs=1e-9)
        precision, recall, f1, _ = precision_recall_fscore_support(labels, predicted, average="macro")
        assert [told[f"{name}_macro"] for name in ("precision", "recall", "f1")] == pytest.approx(
            [precision, recall, f1]
        )
        assert told["accuracy@top1"] > 0.97
        low, high = report["metrics"]["accuracy@top1"]["ci95"]
        assert low < told["accuracy@top1"] < high <= 1

    def test_confusion_matrix(self, stack: Stack, report: dict[str, Any], scores: Any) -> None:
        labels, found = scores
        matrix = np.zeros((10, 10), int)
        for annotated, predicted, count in stack.get(f"/reports/{report['id']}/tables")["confusion"]["cells"]:
            matrix[annotated, predicted] = count
        assert (matrix == confusion_matrix(labels, found.argmax(axis=1))).all()

    def test_rows_are_those_of_the_samples(self, stack: Stack, report: dict[str, Any], scores: Any) -> None:
        labels, found = scores
        address = f"/reports/{report['id']}/samples"
        wrong = stack.get(address, where="error = true", sort="-loss", limit=500)
        expected = np.flatnonzero(found.argmax(axis=1) != labels)
        assert sorted(row["sample"] for row in wrong["items"]) == expected.tolist()
        losses = [row["loss"] for row in wrong["items"]]
        assert losses == sorted(losses, reverse=True)
        every = stack.get(address, limit=500)
        assert [row["label"] for row in every["items"]] == labels.tolist()
        assert [row["confidence"] for row in every["items"]] == pytest.approx(found.max(axis=1).tolist(), abs=1e-4)
        sure = stack.get(address, where=["confidence ≥ 0.999", 'label_name in ["one", "two"]'])
        assert sure["total"] == int(((found.max(axis=1) >= 0.999) & np.isin(labels, [1, 2])).sum())

    def test_one_sample(self, stack: Stack, report: dict[str, Any], scores: Any) -> None:
        labels, found = scores
        one = stack.get(f"/reports/{report['id']}/samples/5")
        assert one["row"]["sample"] == 5
        assert one["prediction"]["classes"][0]["label"] == int(found[5].argmax())
        assert one["annotation"]["classes"][0]["label"] == int(labels[5])
        assert stack.client.get(one["image"].removeprefix("/api/v1")).status_code == 200

    def test_export(self, stack: Stack, report: dict[str, Any], scores: Any) -> None:
        labels, _ = scores
        text = stack.client.get(f"/reports/{report['id']}/export").text
        rows = list(csv.DictReader(io.StringIO(text)))
        assert [int(row["label"]) for row in rows] == labels.tolist()
        document = stack.get(f"/reports/{report['id']}/export", format="json", where="error = true")
        assert all(row["error"] for row in document["rows"])
        # A classifier has no rows by class.
        assert report["class_columns"] is None
        refused = stack.client.get(f"/reports/{report['id']}/export", params={"table": "classes"})
        assert (refused.status_code, refused.json()["code"]) == (404, "table_not_found")

    def test_samples_that_calibrated_are_left_out(
        self, stack: Stack, sample: dict[str, Any], precise: str, report: dict[str, Any]
    ) -> None:
        left_out = {"count": 100, "seed": 3}
        part = reported(stack, precise, subset=left_out)
        others = reported(stack, precise, without=left_out)
        rows = [stack.get(f"/reports/{one['id']}/samples", limit=500)["items"] for one in (part, others)]
        numbers = [[row["sample"] for row in some] for some in rows]
        assert sorted(numbers[0] + numbers[1]) == list(range(report["samples"]))
        assert others["without"] == left_out
        refused = stack.client.post(f"/projects/{precise}/reports", json={"without": {"count": report["samples"]}})
        assert (refused.status_code, refused.json()["code"]) == (409, "subset_too_large")
        # The precision of a report may be another one than the project's, and is told.
        other = reported(stack, sample["project_id"], subset={"count": 20, "seed": 0}, precision="f32")
        assert other["effective_precision"].startswith("f32")

    def test_a_subset_is_the_same_twice(self, stack: Stack, precise: str, report: dict[str, Any]) -> None:
        subset = {"count": 40, "seed": 7}
        first, second = (reported(stack, precise, subset=subset) for _ in range(2))
        rows = [stack.get(f"/reports/{one['id']}/samples", limit=500)["items"] for one in (first, second)]
        assert [row["sample"] for row in rows[0]] == [row["sample"] for row in rows[1]]
        assert len(rows[0]) == 40
        compared = stack.get(f"/reports/{first['id']}/comparison", before=report["id"])
        assert compared["total"] == 40
        assert compared["counts"]["fixed"] == compared["counts"]["broken"] == 0
        assert stack.client.delete(f"/reports/{first['id']}").status_code == 204
        assert stack.client.get(f"/reports/{first['id']}").status_code == 404

    def test_the_project_and_its_comparison_show_it(
        self, stack: Stack, sample: dict[str, Any], precise: str, report: dict[str, Any]
    ) -> None:
        own = reported(stack, sample["project_id"])
        project = stack.get(f"/projects/{sample['project_id']}")
        assert project["accuracy"]["report_id"] == own["id"]
        assert project["accuracy"]["value"] == own["metrics"]["accuracy@top1"]["value"]
        body = {"configurations": [{"hint": "latency"}], "duration_s": 0.2, "layers": False, "start_up": False}
        stack.finished(stack.post(f"/projects/{precise}/benchmarks", body)["job"]["id"])
        found = stack.get("/comparisons", side=[sample["project_id"], precise])
        (metric,) = [one for one in found["metrics"] if one["name"] == "accuracy"]
        assert metric["values"][0]["value"] == own["metrics"]["accuracy@top1"]["value"]
        assert metric["differences"][1]["absolute_ci95"] is not None
        codes = [warning["code"] for warning in found["warnings"]]
        newest = stack.get("/reports", project=precise)["items"][0]
        differ = own["effective_precision"] != newest["effective_precision"]
        assert ("accuracy_precision_differs" in codes) == differ


class TestReading:
    def test_yaml_with_mistakes_keeps_nothing(self, stack: Stack, precise: str) -> None:
        text = (
            "task: classification\ndecoding:\n  family: classification\n  activaton: softmax\nmetrics: {top_k: [0]}\n"
        )
        answer = stack.client.put(f"/projects/{precise}/reading", json={"yaml": text})
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_reading")
        assert [(one["line"], one["column"], one["field"]) for one in answer.json()["errors"]] == [
            (4, 3, "decoding.activaton"), (5, 19, "metrics.top_k.0"),
        ]  # fmt: skip
        assert stack.get(f"/projects/{precise}/reading")["source"] == "guessed"

    def test_an_output_that_is_not_there(self, stack: Stack, precise: str) -> None:
        text = "task: classification\ndecoding: {family: classification, output: nope}\n"
        checked = stack.post(f"/projects/{precise}/reading/check", {"yaml": text})
        (problem,) = checked["problems"]
        assert (problem["line"], problem["column"], problem["field"]) == (2, 44, "decoding.output")
        assert problem["message"] == "The model has no output 'nope'; it has probabilities."

    def test_another_family_is_refused(self, stack: Stack, precise: str) -> None:
        body = {"reading": {"task": "classification", "decoding": {"family": "ssd"}}}
        answer = stack.client.put(f"/projects/{precise}/reading", json=body)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "decoding.family")

    def test_kept_used_and_forgotten(self, stack: Stack, precise: str) -> None:
        yaml = stack.get(f"/projects/{precise}/reading")["yaml"]
        answer = stack.client.put(f"/projects/{precise}/reading", json={"yaml": yaml.replace("[1, 5]", "[2]")})
        assert (answer.status_code, answer.json()["source"]) == (200, "user")
        export = stack.client.get(f"/projects/{precise}/reading/export")
        assert "top_k: [2]" in export.text
        found = reported(stack, precise, subset={"count": 30, "seed": 0})
        assert found["primary"] == "accuracy@top2"
        stack.client.delete(f"/reports/{found['id']}")
        answer = stack.client.delete(f"/projects/{precise}/reading")
        assert answer.json()["source"] == "guessed"

    def test_an_incomplete_one_makes_no_report(self, stack: Stack, precise: str) -> None:
        body = {"reading": {"task": "generic"}}
        assert stack.client.put(f"/projects/{precise}/reading", json=body).status_code == 200
        answer = stack.client.post(f"/projects/{precise}/reports", json={})
        assert (answer.status_code, answer.json()["code"]) == (409, "reading_incomplete")
        stack.client.delete(f"/projects/{precise}/reading")


class TestRefused:
    def test_without_a_parent(self, stack: Stack, precise: str) -> None:
        for kind in ("parent_predictions", "tensor_distance"):
            answer = stack.client.post(f"/projects/{precise}/reports", json={"kind": kind})
            assert (answer.status_code, answer.json()["code"]) == (409, "no_parent_model")
            assert "was not made from another model" in answer.json()["detail"]

    def test_without_annotations(self, stack: Stack, sample: dict[str, Any], dataset: dict[str, Any]) -> None:
        body = {"model": sample["model_id"], "dataset": dataset["id"], "baseline": False}
        project = stack.post("/projects", body)["project"]["id"]
        answer = stack.client.post(f"/projects/{project}/reports", json={})
        assert (answer.status_code, answer.json()["code"]) == (409, "dataset_not_annotated")

    def test_more_samples_than_there_are(self, stack: Stack, precise: str) -> None:
        answer = stack.client.post(f"/projects/{precise}/reports", json={"subset": {"count": 1000}})
        assert (answer.status_code, answer.json()["code"]) == (409, "subset_too_large")


def test_cancelled_in_the_middle_leaves_nothing(stack: Stack, sample: dict[str, Any], precise: str) -> None:
    before = stack.get("/reports")["total"]
    stored = set((stack.data_dir / "artifacts").glob("*/*"))
    job = stack.post(f"/projects/{precise}/reports", {})["job"]
    stack.until(
        lambda: stack.job(job["id"])["stage_index"] >= 2 or stack.job(job["id"])["state"] == "succeeded", 60, "it"
    )
    if stack.job(job["id"])["state"] == "running":
        stack.client.post(f"/jobs/{job['id']}/cancel")
    ended = stack.finished(job["id"])
    if ended["state"] == "cancelled":  # a quick machine may have come to the end
        assert stack.get("/reports")["total"] == before
        assert set((stack.data_dir / "artifacts").glob("*/*")) == stored
        assert not list((stack.data_dir / "work").glob(f"{job['id']}*"))


class TestPrediction:
    def test_a_sample(self, stack: Stack, precise: str, scores: Any) -> None:
        _, found = scores
        made = stack.post("/predictions", {"project": precise, "sample": 4})
        assert made["prediction"]["result"] is None
        assert stack.finished(made["job"]["id"])["state"] == "succeeded"
        result = stack.get(f"/predictions/{made['prediction']['id']}")["result"]
        first = result["prediction"]["classes"][0]
        assert first["label"] == int(found[4].argmax())
        assert first["score"] == pytest.approx(float(found[4].max()), abs=1e-4)
        picture = stack.client.get(result["image"].removeprefix("/api/v1"))
        assert (picture.status_code, picture.headers["content-type"]) in [(200, "image/png"), (200, "image/jpeg")]

    def test_an_upload_of_a_model_without_project(self, stack: Stack, sample: dict[str, Any]) -> None:
        listed = stack.get(f"/datasets/{sample['dataset_id']}/samples", limit=1)["items"][0]
        content = stack.client.get(listed["image"].removeprefix("/api/v1")).content
        path = stack.folder / "try.png"
        path.write_bytes(content)
        code, told = stack.command("predict", "sample digits on sample digits", str(path))
        assert (code, told["job"]["state"]) == (0, "succeeded")
        assert told["prediction"]["result"]["prediction"]["classes"][0]["name"] == listed["label_name"]

    def test_importance(self, stack: Stack, precise: str) -> None:
        wanted = {"masks": 50, "grid": 4, "classes": 2, "seed": 1}
        made = stack.post("/predictions", {"project": precise, "sample": 0, "importance": wanted})
        assert stack.finished(made["job"]["id"])["state"] == "succeeded"
        result = stack.get(f"/predictions/{made['prediction']['id']}")["result"]
        assert len(result["importance"]) == 2
        heat = stack.client.get(result["importance"][0]["heat"].removeprefix("/api/v1")).content
        decoded: Any = cv2.imdecode(np.frombuffer(heat, np.uint8), cv2.IMREAD_UNCHANGED)
        assert decoded.shape == (result["height"], result["width"])

    @pytest.mark.parametrize(
        ("body", "status", "code"),
        [
            ({}, 422, "prediction_unclear"),
            ({"sample": 0, "model": "sample digits"}, 422, "prediction_unclear"),
            ({"project": "sample digits on sample digits"}, 422, "prediction_unclear"),
            ({"project": "sample digits on sample digits", "sample": 9999}, 404, "sample_not_found"),
            ({"project": "sample digits on sample digits", "sample": 0, "second_sample": 1}, 422, "prediction_unclear"),
            ({"project": "sample digits on sample digits", "sample": 0, "with_parent": True}, 409, "no_parent_model"),
            ({"project": "sample digits on sample digits", "uploads": ["x"]}, 404, "upload_not_found"),
            ({"model": "sample digits", "device": "../x", "uploads": ["x"]}, 422, "invalid_device"),
        ],
    )
    def test_refused(self, stack: Stack, sample: dict[str, Any], body: dict[str, Any], status: int, code: str) -> None:
        answer = stack.client.post("/predictions", json=body)
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text

    def test_no_picture(self, stack: Stack, sample: dict[str, Any]) -> None:
        path = stack.folder / "nothing.png"
        path.write_bytes(b"no picture at all")
        code, told = stack.command("predict", "sample digits on sample digits", str(path))
        assert code == 1
        assert told["job"]["error"]["code"] == "picture_unreadable"


class TestCommand:
    def test_accuracy_as_json_and_held_to_a_limit(self, stack: Stack, sample: dict[str, Any]) -> None:
        name = "sample digits on sample digits"
        code, told = stack.command("accuracy", name, "--samples", "60", "--min", "accuracy@top1=0.5")
        assert (code, told["report"]["samples"], told["project"]["name"]) == (0, 60, name)
        code, told = stack.command("accuracy", name, "--samples", "60", "--min", "accuracy@top1=1.01")
        assert (code, told["job"]["state"]) == (1, "succeeded")
        code, told = stack.command("report", "rows", name, "-w", "label < 2", "--limit", "3")
        assert code == 0
        assert all(row["label"] < 2 for row in told["items"])

    def test_a_reading_with_mistakes_by_file_line_and_column(self, stack: Stack, sample: dict[str, Any]) -> None:
        path = stack.folder / "bad.yaml"
        path.write_text("task: cars\n")
        done = subprocess.run(
            [sys.executable, "-m", "workbench.cli.main", "project", "reading", "sample digits on sample digits",
             "--set", str(path)],
            cwd=ROOT, env=stack.environment(WORKBENCH_URL=f"http://127.0.0.1:{stack.port}"),
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 2
        assert f"{path}:1:7: " in done.stderr
        assert done.stdout == ""


def test_a_deleted_project_takes_its_reports_along(stack: Stack, precise: str, report: dict[str, Any]) -> None:
    assert stack.client.delete(f"/projects/{precise}").status_code == 204
    assert stack.client.get(f"/reports/{report['id']}").status_code == 404
