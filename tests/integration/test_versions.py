"""Versions of a small classifier measured in turn and beside each other, by the command line on a real installation."""

import csv
import io
from typing import Any

import pytest

from tests.integration.material import picture_zip, small_onnx
from tests.integration.stack import Stack

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def family(stack: Stack) -> dict[str, dict[str, Any]]:
    """The project of a classifier (`first`) and of its INT8 and FP16 versions, both judged and not measured yet."""
    model = stack.import_model(small_onnx(stack.folder / "net.onnx", channels=48), precision="FP32")
    dataset = stack.import_dataset(picture_zip(stack.folder / "some.zip", 16))
    body = {"model": model["id"], "dataset": dataset["id"], "baseline": False, "precision": "f32"}
    found = {"first": stack.post("/projects", body)["project"]}
    ways = {"int8": ("quantize", "--samples", "6"), "half": ("compress", "--mode", "fp16")}
    for name, (verb, *options) in ways.items():
        code, told = stack.command(verb, found["first"]["id"], *options, "--no-benchmark", "--name", name)
        assert code == 0, told
        found[name] = told["project"]
    return found


@pytest.fixture(scope="module")
def race(stack: Stack, family: dict[str, dict[str, Any]]) -> dict[str, Any]:
    arguments = (family["first"]["name"], family["int8"]["id"], family["half"]["id"])
    code, told = stack.command("race", *arguments, "--precision", "f32,own,f32", "--streams", "1", "--budget-s", "3")
    assert code == 0, told
    found: dict[str, Any] = told["race"]
    return found


class TestRace:
    def test_each_side_is_kept_as_a_run_of_its_project(
        self, stack: Stack, family: dict[str, dict[str, Any]], race: dict[str, Any]
    ) -> None:
        assert [side["project_id"] for side in race["sides"]] == [family[name]["id"] for name in family]
        assert race["label"] == "1 × 1"
        assert race["rounds"] >= 1
        for side in race["sides"]:
            run = stack.get(f"/runs/{side['run_id']}")
            assert (run["source"], run["project_id"], run["streams"]) == ("race", side["project_id"], 1)
            assert run["throughput_fps"] == side["throughput_fps"]
            assert run["effective_precision"] == side["effective_precision"]
            assert run["provenance"]["model_sha256"] == stack.get(f"/models/{side['model_id']}")["sha256"]
            latencies = stack.get(f"/runs/{side['run_id']}/latencies")
            assert latencies["count"] == run["samples"]
        assert race["sides"][0]["ratio"] == 1.0
        assert race["sides"][1]["effective_precision"].startswith("int8")
        for side in race["sides"][1:]:
            low, high = side["ratio_ci95"] or (side["ratio"], side["ratio"])
            assert low <= side["ratio"] <= high

    def test_one_project_in_the_same_precision_twice(self, stack: Stack, family: dict[str, dict[str, Any]]) -> None:
        sides = [{"project": family["first"]["id"], "precision": precision} for precision in ("f32", None)]
        answer = stack.client.post("/races", json={"sides": sides})
        assert (answer.status_code, answer.json()["code"]) == (409, "sides_alike")

    @pytest.mark.parametrize(
        ("more", "code"),
        [
            ({"sides": ["first", "first"]}, "sides_alike"),
            ({"sides": ["first", "int8"], "configuration": {"arrivals_per_s": 5}}, "configuration_not_possible"),
            ({"sides": ["first", "nobody"]}, "project_not_found"),
        ],
    )
    def test_refused(self, stack: Stack, family: dict[str, dict[str, Any]], more: dict[str, Any], code: str) -> None:
        sides = [{"project": family[name]["id"] if name in family else name} for name in more["sides"]]
        answer = stack.client.post("/races", json=more | {"sides": sides})
        assert answer.json()["code"] == code
        assert answer.status_code in (404, 409)
        assert answer.json()["action"]

    def test_of_another_job(self, stack: Stack, family: dict[str, dict[str, Any]]) -> None:
        other = stack.get("/jobs", project=family["int8"]["id"])["items"]
        jobs = [job["id"] for job in stack.get("/jobs")["items"] if job["kind"] != "race"] or [other[0]["id"]]
        assert stack.client.get(f"/races/{jobs[0]}").json()["code"] == "race_not_found"


@pytest.mark.usefixtures("race")
class TestVersions:
    def test_the_family(self, stack: Stack, family: dict[str, dict[str, Any]]) -> None:
        """Asked for by any of its members."""
        code, told = stack.command("versions", family["int8"]["name"], "--pick", "race")
        assert code == 0
        items = {item["name"]: item for item in told["items"] if item["run"] is not None}
        first, int8, half = (items[family[name]["model"]["name"]] for name in ("first", "int8", "half"))
        assert (first["method"], int8["method"], half["method"]) == ("original", "int8", "fp16")
        assert (first["depth"], int8["depth"], int8["parent_id"]) == (0, 1, first["model_id"])
        assert int8["size_bytes"] < half["size_bytes"] < first["size_bytes"]
        report = stack.get(f"/reports/{int8['accuracy']['report_id']}")
        assert int8["accuracy"]["value"] == report["metrics"][report["primary"]]["value"]
        for item in told["items"]:
            assert item["on_front"] or item["dominated_by"] or item["lacks"], item
        # By size and throughput: of three with figures, at least one is on the front, and the smallest always.
        sized = stack.get(f"/projects/{family['first']['id']}/versions", x="size_bytes", y="throughput_fps")
        on_front = {item["name"] for item in sized["items"] if item["on_front"]}
        assert family["int8"]["model"]["name"] in on_front

    def test_reports_of_other_samples_are_warned_of(self, stack: Stack, family: dict[str, dict[str, Any]]) -> None:
        """The INT8 version was judged without the samples of its calibration, the other one with all."""
        told = stack.get(f"/projects/{family['first']['id']}/versions")
        assert any("not of the same samples" in warning for warning in told["warnings"])

    def test_the_table(self, stack: Stack, family: dict[str, dict[str, Any]]) -> None:
        address = f"/projects/{family['first']['id']}/versions"
        told = stack.get(address)
        answer = stack.client.get(f"{address}/export")
        assert answer.headers["content-type"].startswith("text/csv")
        rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
        assert [row["name"] for row in rows] == [item["name"] for item in told["items"]]
        measured = [(row, item) for row, item in zip(rows, told["items"], strict=True) if item["run"]]
        assert measured
        for row, item in measured:
            assert float(row["throughput_fps"]) == item["run"]["throughput_fps"]
            assert int(row["size_bytes"]) == item["size_bytes"]
        assert stack.get(f"{address}/export", format="json") == told

    def test_a_model_without_a_project_there(self, stack: Stack, family: dict[str, dict[str, Any]]) -> None:
        other = stack.import_dataset(picture_zip(stack.folder / "other.zip", 4))
        body = {"model": family["first"]["model"]["id"], "dataset": other["id"], "baseline": False}
        project = stack.post("/projects", body)["project"]
        items = stack.get(f"/projects/{project['id']}/versions")["items"]
        lacking = {item["name"]: item["lacks"] for item in items}
        assert lacking[family["int8"]["model"]["name"]] == ["no project on this target with this dataset"]
        assert "not measured" in lacking[family["first"]["model"]["name"]]
