"""Setup runs a step again exactly when its sources changed or its result is gone."""

from pathlib import Path

import pytest

from scripts import setup
from scripts.setup import SetupError, Step


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(setup, "ROOT", tmp_path)
    monkeypatch.setattr(setup, "STAMPS", tmp_path / "stamps")
    (tmp_path / "source").write_text("one")
    return tmp_path


def counting_step(checkout: Path, made: list[str], also: str = "") -> Step:
    def make() -> None:
        made.append("made")
        (checkout / "result").write_text("result")

    return Step("step", lambda: [checkout / "source"], checkout / "result", make, also=lambda: also)


class TestStep:
    def test_runs_once_for_the_same_sources(self, checkout: Path) -> None:
        made: list[str] = []
        step = counting_step(checkout, made)
        assert [step.run(), step.run()] == [True, False]
        assert made == ["made"]

    def test_runs_again_for_other_sources(self, checkout: Path) -> None:
        made: list[str] = []
        step = counting_step(checkout, made)
        step.run()
        (checkout / "source").write_text("two")
        assert step.run()

    def test_runs_again_for_another_interpreter(self, checkout: Path) -> None:
        made: list[str] = []
        counting_step(checkout, made, also="3.11").run()
        assert counting_step(checkout, made, also="3.12").run()

    def test_runs_again_without_its_result(self, checkout: Path) -> None:
        made: list[str] = []
        step = counting_step(checkout, made)
        step.run()
        (checkout / "result").unlink()
        assert step.run()

    def test_failed_step_leaves_no_stamp(self, checkout: Path) -> None:
        def fail() -> None:
            raise SetupError("no network")

        step = Step("step", lambda: [checkout / "source"], checkout / "result", fail)
        with pytest.raises(SetupError):
            step.run()
        assert not (checkout / "stamps" / "step").exists()

    def test_step_without_its_result_is_an_error(self, checkout: Path) -> None:
        step = Step("step", lambda: [checkout / "source"], checkout / "result", lambda: None)
        with pytest.raises(SetupError, match="missing"):
            step.run()


class TestNodeVersion:
    @pytest.mark.parametrize(("text", "accepted"), [("v18.20.4", False), ("v20.18.0", False), ("v20.19.0", True)])
    def test_old_node_is_refused_by_name(
        self, text: str, accepted: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("node", "npm"):
            program = tmp_path / name
            program.write_text(f"#!/bin/sh\necho {text}\n")
            program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
        if accepted:
            assert setup.node_version() == text
        else:
            with pytest.raises(SetupError, match=r"Node 20\.19 or later"):
                setup.node_version()

    def test_missing_node_is_named(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))
        with pytest.raises(SetupError, match="is not found"):
            setup.node_version()
