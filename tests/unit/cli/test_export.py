"""`compare`, `run export`, `run findings` and `project report` against a real server: files, tables, one document."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tests.server import guarded, listening, migrated, runtime_of
from tests.unit.comparisons.laboratory import NAME, fill
from workbench.cli.main import app
from workbench.client import baselines


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, dict[str, str]]]:
    """Its URL, and the ids of what is in it."""
    with runtime_of(migrated(tmp_path_factory.mktemp("exports"))) as runtime:
        ids = fill(runtime)
        with listening(guarded(runtime)) as url:
            yield url, ids


@pytest.fixture
def ids(server: tuple[str, dict[str, str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, str]:
    """Commands speak to the server, from an empty folder."""
    monkeypatch.setenv("WORKBENCH_URL", server[0])
    monkeypatch.chdir(tmp_path)
    return server[1]


def run(*arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(app, list(arguments))
    assert result.exit_code == code, result.output
    return result


class TestCompare:
    def test_as_a_table(self, ids: dict[str, str]) -> None:
        result = run("compare", NAME, "int8")
        assert f"A  {NAME}: =best, f32, stable" in result.stdout
        throughput = next(line for line in result.stdout.splitlines() if line.startswith("Throughput"))
        assert throughput.split()[1:6] == ["100.0", "FPS", "300.0", "FPS", "3.000"]
        c1 = next(line for line in result.stdout.splitlines() if line.startswith("c1"))
        assert c1.split() == ["c1", "Convolution", "70.00", "20.00", "-50.00", "0.286"]
        assert "The effective precision differs" in result.stderr

    def test_json_is_one_document(self, ids: dict[str, str]) -> None:
        found = json.loads(run("compare", NAME, ids["quantized"], "--json").stdout)
        assert [side["run"]["id"] for side in found["sides"]] == [ids["best"], ids["quantized"]]

    def test_csv(self, ids: dict[str, str], tmp_path: Path) -> None:
        text = run("compare", NAME, "int8", "--csv").stdout_bytes.decode()
        assert [row["kind"] for row in csv.DictReader(io.StringIO(text, newline=""))][:2] == ["side", "side"]
        run("compare", NAME, "int8", "--csv", "-o", "table.csv")
        assert (tmp_path / "table.csv").read_bytes() == text.encode()

    def test_a_page(self, ids: dict[str, str], tmp_path: Path) -> None:
        assert run("compare", NAME, "int8", "--html", "-o", "page.html").stdout == "page.html\n"
        assert (tmp_path / "page.html").read_text().startswith("<!doctype html>")
        assert "is there already" in run("compare", NAME, "int8", "--html", "-o", "page.html", code=2).stderr
        run("compare", NAME, "int8", "--html", "-o", "page.html", "--force")

    def test_json_to_a_file_says_where(self, ids: dict[str, str], tmp_path: Path) -> None:
        told = json.loads(run("compare", NAME, "int8", "--json", "-o", "found.json").stdout)
        assert told == {"file": "found.json", "size_bytes": (tmp_path / "found.json").stat().st_size}
        assert len(json.loads((tmp_path / "found.json").read_text())["sides"]) == 2

    @pytest.mark.parametrize(
        ("arguments", "code"),
        [
            (["int8"], 2),
            (["int8"] * 9, 2),
            (["int8", "int8", "--html"], 2),
            (["int8", "int8", "--csv", "--json"], 2),
            (["int8", "int8", "-o", "x"], 2),
            (["int8", "nothing"], 1),
            (["int8", "empty"], 1),
        ],
    )
    def test_wrong_usage(self, ids: dict[str, str], arguments: list[str], code: int) -> None:
        assert run("compare", *arguments, code=code).stdout == ""


class TestExport:
    def test_the_runs_of_a_project(self, ids: dict[str, str]) -> None:
        text = run("run", "export", NAME).stdout_bytes.decode()
        rows = list(csv.DictReader(io.StringIO(text, newline="")))
        assert [row["id"] for row in rows] == [ids["slow"], ids["best"], ids["noisy"]]
        assert len(json.loads(run("run", "export", NAME, "--format", "json").stdout)["runs"]) == 3

    def test_a_run_is_a_baseline(self, ids: dict[str, str], tmp_path: Path) -> None:
        run("run", "export", ids["best"], "--format", "json", "-o", "baseline.json")
        assert baselines.read(tmp_path / "baseline.json")["run_id"] == ids["best"]

    def test_layers(self, ids: dict[str, str]) -> None:
        text = run("run", "export", ids["best"], "--layers").stdout_bytes.decode()
        assert [row["name"] for row in csv.DictReader(io.StringIO(text, newline=""))] == ["c1", "pool"]

    def test_what_is_not_there(self, ids: dict[str, str]) -> None:
        assert "no project 'nothing'" in run("run", "export", "nothing", code=1).stderr
        run("run", "export", NAME, "--format", "xls", code=2)
        run("run", "export", ids["noisy"], "--layers", code=1)


class TestReport:
    def test_a_page(self, ids: dict[str, str], tmp_path: Path) -> None:
        assert run("project", "report", "int8").stdout == "report_of_int8.html\n"
        assert "<svg" in (tmp_path / "report_of_int8.html").read_text()
        run("project", "report", "int8", code=2)
        told = json.loads(run("project", "report", "int8", "-o", "r.html", "--json").stdout)
        assert told["file"] == "r.html"

    def test_the_facts(self, ids: dict[str, str]) -> None:
        assert json.loads(run("project", "report", "int8", "--json").stdout)["best"]["id"] == ids["quantized"]

    def test_a_folder_that_is_not_there(self, ids: dict[str, str]) -> None:
        assert "cannot be written" in run("project", "report", "int8", "-o", "no/where.html", code=2).stderr


class TestFindings:
    def test_as_text(self, ids: dict[str, str]) -> None:
        result = run("run", "findings", ids["best"], "--rules")
        assert "INT8 would make this model faster" in result.stdout
        assert "Time in convolutions and matrix products: 70 %" in result.stdout
        assert "$ workbench quantize" in result.stdout
        assert "not applicable: Is all of the INT8 model quantized?" in result.stdout

    def test_json_is_one_document(self, ids: dict[str, str]) -> None:
        assert json.loads(run("run", "findings", ids["best"], "--json").stdout)["run_id"] == ids["best"]
