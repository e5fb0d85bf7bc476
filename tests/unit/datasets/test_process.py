"""The process as a worker starts it: events on stdout, an exit code, and no noise of decoders in between."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.unit.datasets.material import Content, picture, zipped

ROOT = Path(__file__).resolve().parents[3]


def operate(work: Path, kind: str, parameters: dict[str, Any]) -> tuple[int, list[dict[str, Any]]]:
    (work / "operation.json").write_text(json.dumps({"kind": kind, "parameters": parameters, "lease_file": None}))
    process = subprocess.Popen(
        [sys.executable, "-m", "workbench.datasets.process", "run", "operation.json"],
        cwd=work,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdin is not None
    with process:
        events = [json.loads(line) for line in process.stdout]
        # Its stdin stays open until it has ended: a closed one would tell it to stop.
        return process.wait(timeout=60), events


def imported(work: Path, content: Content) -> tuple[int, list[dict[str, Any]]]:
    (work / "inputs").mkdir(parents=True)
    zipped(work / "inputs" / "source", content)
    return operate(work, "dataset_import", {"source": "inputs/source", "filename": "a.zip", "format": "auto"})


class TestProcess:
    def test_import_and_subset(self, tmp_path: Path) -> None:
        code, events = imported(tmp_path / "a", {f"{number}.png": picture(seed=number) for number in range(4)})
        assert code == 0
        assert events[-1]["event"] == "result"
        assert events[-1]["result"]["count"] == 4
        work = tmp_path / "b"
        (work / "inputs").mkdir(parents=True)
        (work / "inputs" / "dataset").symlink_to(tmp_path / "a" / "out" / "dataset")
        code, events = operate(work, "dataset_subset", {"dataset": "inputs/dataset", "count": 2, "seed": 5})
        assert code == 0
        assert events[-1]["result"]["count"] == 2
        assert len(list((work / "out" / "dataset" / "images").iterdir())) == 2

    def test_a_refusal(self, tmp_path: Path) -> None:
        code, events = imported(tmp_path, {"a.png": picture(), "b.png": picture()[:100], "list.txt": "a.png\nb.png\n"})
        assert code == 1
        assert events[-1]["event"] == "error"
        assert events[-1]["code"] == "dataset_not_recognised"
        assert events[-1]["action"]
        assert events[-1]["detail"]["formats"]
        assert not (tmp_path / "out" / "dataset").exists()

    def test_damaged_pictures_do_not_disturb_the_protocol(self, tmp_path: Path) -> None:
        damaged: Content = {f"x{suffix}": picture(200, 99, suffix)[:900] for suffix in (".png", ".jpg", ".tif", ".gif")}
        code, events = imported(tmp_path, {"a.png": picture(), **damaged})
        assert code == 0
        assert events[-1]["result"]["warning_count"] == 4
