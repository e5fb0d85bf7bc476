"""The runner of checks runs everything it was asked for and fails when one thing failed."""

import sys
from pathlib import Path

import pytest

from scripts import api_types, check
from scripts.check import Check


def script(code: str, group: str = "lint", name: str = "a check") -> Check:
    return Check(group, name, [sys.executable, "-c", code], Path.cwd())


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        check,
        "PYTHON_CHECKS",
        [
            script("print('what is wrong'); raise SystemExit(1)", name="bad"),
            script("print('noise')", name="good"),
            script("print('not asked for')", "types", "other"),
        ],
    )
    monkeypatch.setattr(check, "FRONTEND_CHECKS", [script("pass", "page", "page")])


@pytest.mark.usefixtures("checks")
class TestMain:
    def run(self, monkeypatch: pytest.MonkeyPatch, *asked: str, tests: int = 0) -> int:
        monkeypatch.setattr(sys, "argv", ["check", *asked])
        monkeypatch.setattr(check, "run_tests", lambda: tests)
        return check.main()

    def test_goes_on_after_a_failure_and_fails(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert self.run(monkeypatch, "lint", "page", "tests") == 1
        shown = capsys.readouterr().out
        assert "bad: FAILED" in shown
        assert "    what is wrong" in shown
        assert "good: ok" in shown
        assert "page: ok" in shown
        assert "noise" not in shown
        assert "2 of 3 checks passed" in shown

    def test_runs_only_what_was_asked_for(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert self.run(monkeypatch, "types") == 0
        assert "1 of 1 checks passed" in capsys.readouterr().out

    @pytest.mark.parametrize("code", [1, 5], ids=["failures", "no test found"])
    def test_fails_with_the_tests(self, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
        assert self.run(monkeypatch, "page", "tests", tests=code) == 1

    def test_unknown_group_is_wrong_usage(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert self.run(monkeypatch, "everything") == 2


class TestRun:
    def test_missing_program_is_a_failure(self) -> None:
        outcome = check.run(Check("lint", "gone", ["/no/such/program"]))
        assert not outcome.passed
        assert "/no/such/program" in outcome.output

    def test_check_that_hangs_is_a_failure(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(check, "CHECK_TIMEOUT_S", 0.2)
        assert not check.run(script("import time; time.sleep(30)")).passed


class TestDrift:
    def test_shows_what_differs(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(api_types, "ROOT", tmp_path)
        kept = tmp_path / "openapi.json"
        kept.write_text("one\ntwo\n")
        assert api_types.drift(kept, "one\ntwo\n") == []
        assert "+three" in api_types.drift(kept, "one\nthree\n")
        assert "+one" in api_types.drift(tmp_path / "missing.json", "one\n")


def test_every_test_is_in_just_one_part() -> None:
    """A file that is forgotten when the parts are changed would never run."""

    def runs(part: list[str], path: str) -> bool:
        inside = any(path == root or path.startswith(f"{root}/") for root in part if not root.startswith("--"))
        return inside and not any(
            path == root or path.startswith(f"{root}/")
            for root in (one.removeprefix("--ignore=") for one in part if one.startswith("--"))
        )

    files = [
        str(path.relative_to(check.ROOT))
        for folder in ("unit", "integration", "e2e")
        for path in (check.ROOT / "tests" / folder).rglob("test_*.py")
    ]
    assert len(files) > 100
    for path in files:
        assert sum(runs(part, path) for parts in check.PARTS for part in parts) == 1, path
    for parts in check.PARTS:
        for root in [one.removeprefix("--ignore=") for part in parts for one in part]:
            assert (check.ROOT / root).exists(), root
