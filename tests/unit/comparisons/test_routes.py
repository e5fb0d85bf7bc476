"""Comparisons, exports, findings and reports over HTTP, from a real database and store."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.server import client_of, migrated, runtime_of
from tests.unit.comparisons.laboratory import NAME, fill
from workbench.client import baselines
from workbench.db.tables import Project
from workbench.runtime import Runtime


@pytest.fixture(scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    with runtime_of(migrated(tmp_path_factory.mktemp("comparisons"))) as runtime:
        yield runtime


@pytest.fixture(scope="module")
def ids(runtime: Runtime) -> dict[str, str]:
    return fill(runtime)


@pytest.fixture(scope="module")
def client(runtime: Runtime, ids: dict[str, str]) -> Iterator[httpx.Client]:
    with client_of(runtime) as client:
        client.base_url = httpx.URL(f"{client.base_url}/api/v1/")
        yield client


def ask(client: httpx.Client, path: str, status: int = 200, **query: Any) -> Any:
    answer = client.get(path, params=query or None)
    assert answer.status_code == status, answer.text
    return answer.json()


class TestComparison:
    def test_a_project_stands_for_its_best_stable_run(self, client: httpx.Client, ids: dict[str, str]) -> None:
        found = ask(client, "comparisons", side=[NAME, "int8"])
        assert [side["run"]["id"] for side in found["sides"]] == [ids["best"], ids["quantized"]]
        assert [side["key"] for side in found["sides"]] == [NAME, "int8"]
        throughput = found["metrics"][0]
        assert throughput["differences"][0] is None
        assert throughput["differences"][1]["ratio"] == pytest.approx(3.0)
        assert throughput["differences"][1]["certain"] is True

    def test_by_ids_of_runs_and_projects(self, client: httpx.Client, ids: dict[str, str]) -> None:
        found = ask(client, "comparisons", side=[ids["slow"], ids["int8"], ids["noisy"]])
        assert [side["run"]["id"] for side in found["sides"]] == [ids["slow"], ids["quantized"], ids["noisy"]]
        assert [row["label"] for row in found["layers"]] == ["c1", "pool"]
        assert found["layers"][0]["delta_us"] == [0, -50, None]
        assert found["accounted"] == [1.0, 1.0, None]
        assert {"precision_differs", "not_stable", "no_layers"} == {item["code"] for item in found["warnings"]}

    @pytest.mark.parametrize(
        ("sides", "status", "code"),
        [
            (["int8", "nothing"], 404, "side_not_found"),
            (["int8", "01900000-0000-7000-8000-000000000000"], 404, "side_not_found"),
            (["int8", "empty"], 409, "no_runs"),
            (["int8"], 422, "invalid_fields"),
            (["int8"] * 9, 422, "invalid_fields"),
            (["int8", ""], 422, "invalid_fields"),
            (["int8", "x" * 501], 422, "invalid_fields"),
        ],
    )
    def test_what_cannot_be_compared(self, client: httpx.Client, sides: list[str], status: int, code: str) -> None:
        problem = ask(client, "comparisons", status, side=sides)
        assert problem["code"] == code
        assert problem["action"]


class TestExports:
    def test_runs_as_a_table(self, client: httpx.Client, ids: dict[str, str]) -> None:
        answer = client.get("runs/export", params={"project": NAME})
        assert answer.headers["content-type"] == "text/csv; charset=utf-8; header=present"
        assert answer.headers["content-disposition"] == 'attachment; filename="net_on_pictures_runs.csv"'
        rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
        assert [row["id"] for row in rows] == [ids["slow"], ids["best"], ids["noisy"]]
        assert rows[1]["label"] == "'=best"
        assert float(rows[1]["throughput_ci95_high_fps"]) == 101.0

    def test_runs_as_a_document(self, client: httpx.Client, ids: dict[str, str]) -> None:
        found = ask(client, "runs/export", project=ids["floating"], format="json")
        assert found["project"] == {"id": ids["floating"], "name": NAME}
        assert found["runs"] == [ask(client, f"runs/{ids[name]}") for name in ("slow", "best", "noisy")]

    def test_a_run_is_a_baseline(self, client: httpx.Client, ids: dict[str, str], tmp_path: Path) -> None:
        file = tmp_path / "baseline.json"
        file.write_bytes(client.get(f"runs/{ids['best']}/export").content)
        found = baselines.read(file)
        assert (found["run_id"], found["throughput_fps"], found["machine"]) == (ids["best"], 100.0, "A CPU")
        assert found["configuration"]["streams"] == 1

    def test_layers(self, client: httpx.Client, ids: dict[str, str]) -> None:
        text = client.get(f"runs/{ids['best']}/layers/export").text
        assert [row["name"] for row in csv.DictReader(io.StringIO(text, newline=""))] == ["c1", "pool"]
        found = ask(client, f"runs/{ids['best']}/layers/export", format="json")
        assert found == ask(client, f"runs/{ids['best']}/layers")

    def test_a_comparison(self, client: httpx.Client) -> None:
        text = client.get("comparisons/export", params={"side": [NAME, "int8"]}).text
        kinds = [row["kind"] for row in csv.DictReader(io.StringIO(text, newline=""))]
        assert kinds.count("side") == kinds.count("layers") == 2
        found = ask(client, "comparisons/export", side=[NAME, "int8"], format="json")
        assert found == ask(client, "comparisons", side=[NAME, "int8"])

    @pytest.mark.parametrize(
        ("path", "status", "code"),
        [
            ("runs/export?project=nothing", 404, "project_not_found"),
            ("runs/nothing/export", 404, "run_not_found"),
            ("runs/nothing/layers/export", 404, "run_not_found"),
            ("runs/export?project=int8&format=xls", 422, "invalid_fields"),
            ("projects/nothing/summary", 404, "project_not_found"),
            ("runs/nothing/findings", 404, "run_not_found"),
        ],
    )
    def test_what_is_not_there(self, client: httpx.Client, path: str, status: int, code: str) -> None:
        assert ask(client, path, status)["code"] == code

    def test_layers_that_were_not_measured(self, client: httpx.Client, ids: dict[str, str]) -> None:
        assert ask(client, f"runs/{ids['noisy']}/layers/export", 404)["code"] == "layers_not_found"


class TestReports:
    @pytest.mark.parametrize("path", ["projects/int8/summary", "comparisons/export?format=html&side=int8&side=int8"])
    def test_a_page_to_keep(self, client: httpx.Client, path: str) -> None:
        answer = client.get(path)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert answer.headers["content-disposition"].startswith("attachment; filename=")
        policy = answer.headers["content-security-policy"]
        assert policy == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
        assert answer.text.startswith("<!doctype html>")

    def test_the_facts_behind_it(self, client: httpx.Client, ids: dict[str, str]) -> None:
        found = ask(client, f"projects/{ids['floating']}/summary", format="json")
        assert (found["best"]["id"], found["front"]) == (ids["best"], [ids["best"]])
        assert len(found["runs"]) == 3
        assert found["layers"]["run_id"] == ids["best"]
        assert found["findings"]["run_id"] == ids["best"]

    def test_of_a_project_without_runs(self, client: httpx.Client) -> None:
        assert "Nothing was measured yet" in client.get("projects/empty/summary").text


class TestFindings:
    def test_of_a_run(self, client: httpx.Client, ids: dict[str, str]) -> None:
        found = ask(client, f"runs/{ids['best']}/findings")
        assert found["run_id"] == ids["best"]
        fired = {finding["rule"]: finding for finding in found["findings"]}
        assert fired["calibrate_first"]["layers"] == [0]
        assert len(found["rules"]) >= 10

    def test_of_a_run_without_layers(self, client: httpx.Client, ids: dict[str, str]) -> None:
        found = ask(client, f"runs/{ids['noisy']}/findings")
        assert "noisy_measurement" in {finding["rule"] for finding in found["findings"]}
        outcomes = {rule["rule"]: rule["outcome"] for rule in found["rules"]}
        assert outcomes["conversions"] == "not_applicable"

    def test_when_the_model_is_gone(self, client: httpx.Client, ids: dict[str, str], runtime: Runtime) -> None:
        with runtime.db.write() as session:
            project = session.get_one(Project, ids["int8"])
            kept = (project.model_id, project.target_id)
            project.model_id = project.target_id = None
        assert ask(client, f"runs/{ids['quantized']}/findings")["rules"]
        assert "model deleted" in client.get(f"projects/{ids['int8']}/summary").text
        with runtime.db.write() as session:
            project = session.get_one(Project, ids["int8"])
            project.model_id, project.target_id = kept
