"""Names of strangers stand in JSON, labels.txt and the README, where they do nothing."""

import json
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from workbench.packages import documents
from workbench.packages.schemas import PackageWanted

HOSTILE = [
    "$(touch /tmp/owned)", "`id`", "'; rm -rf / #", '"quoted"', "line\nbreak", "carriage\rreturn", "\x1b[2Jterminal",
    "{{ 7 * 7 }}", "{% raw %}", "<script>alert(1)</script>", "| cell |", "back\\slash", "日本語", "half \ud800",
    "\u2028", "a" * 5000, "", "../../etc/passwd", "\x00",
]  # fmt: skip


def plan(**more: Any) -> Any:
    """With the members that texts are made of."""
    given = {
        "wanted": PackageWanted(),
        "name": "model",
        "title": HOSTILE[0],
        "devices": ["CPU"],
        "device": "CPU",
        "label": "throughput hint",
        "run": None,
        "report": None,
        "notes": [HOSTILE[9]],
        "why_not": None,
        "model": SimpleNamespace(name="".join(HOSTILE), task="classification", precision="FP32", sha256="0" * 64),
        "dataset": SimpleNamespace(name=HOSTILE[10]),
    }
    return SimpleNamespace(**given | more)


FACTS = {"folded": True, "effective_precision": "f32", "openvino": "2026", "notes": [HOSTILE[7], HOSTILE[4]]}


def test_labels_have_a_line_each() -> None:
    lines = documents.labels(HOSTILE).decode().split("\n")
    assert len(lines) == len(HOSTILE) + 1
    assert lines[4] == "line break"
    assert not any(ord(sign) < 32 or 127 <= ord(sign) < 160 for line in lines for sign in line)


def test_json_has_them_as_they_are() -> None:
    data = documents.as_json({"labels": HOSTILE})
    assert data.isascii()
    assert json.loads(data)["labels"] == HOSTILE


def test_readme_shows_them_as_text() -> None:
    for name in ("README.md.j2", "model_server.md.j2"):
        text = documents.readme(plan(), [], FACTS, name).decode()
        assert "49" not in text
        assert "{{ 7" in text
        assert "<script>" not in text
        assert "\x1b" not in text
        row = next(line for line in text.splitlines() if line.startswith("| Model |"))
        assert row.replace("\\|", "").count("|") == 3


@pytest.mark.parametrize("python", [True, False])
@pytest.mark.parametrize("cpp", [True, False])
def test_scripts_hold_nothing_of_them_and_are_scripts(tmp_path: Path, python: bool, cpp: bool) -> None:
    texts = documents.scripts(plan(wanted=PackageWanted(python=python, cpp=cpp)))
    assert set(texts) == {"install.sh"} | ({"run_python.sh"} if python else set()) | ({"run_cpp.sh"} if cpp else set())
    for name, text in texts.items():
        assert b"touch" not in text
        (tmp_path / name).write_bytes(text)
        assert subprocess.run(["sh", "-n", tmp_path / name]).returncode == 0
    assert (b"python3" in texts["install.sh"]) == python


def test_dockerfile_names_no_registry() -> None:
    text = documents.dockerfile(plan(devices=["GPU"])).decode()
    (base,) = [line for line in text.splitlines() if line.startswith("FROM ")]
    assert base.startswith("FROM python:3.")
    assert "/" not in base
    assert "--device /dev/dri" in text
    assert "--device" not in documents.dockerfile(plan()).decode()
