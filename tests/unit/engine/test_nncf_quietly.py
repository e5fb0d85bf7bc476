"""What NNCF draws and says becomes events, and only as long as that is wanted."""

import pytest

from tests.unit.engine.networks import Recorder
from workbench.engine import nncf_quietly


def test_nncf_is_as_before(capfd: pytest.CaptureFixture[str]) -> None:
    from nncf.common.logging.track_progress import track

    told: list[tuple[str, int, int]] = []
    with nncf_quietly.quietly(Recorder(), lambda *step: told.append(step)):
        assert list(track([1, 2], description="a")) == [1, 2]
        with track[None](total=3, description="b") as bar:
            bar.update(advance=2)
        list(track(iter("x"), description="c", weights=[5.0]))
    assert told == [("a", 0, 2), ("a", 1, 2), ("a", 2, 2), ("b", 0, 3), ("b", 2, 3), ("c", 0, 1), ("c", 1, 1)]
    assert capfd.readouterr().out == ""
    assert list(track([1, 2], description="drawn")) == [1, 2]
    assert "drawn" in capfd.readouterr().out


def test_warnings_become_events() -> None:
    from nncf.common.logging import nncf_logger

    emit = Recorder()
    with nncf_quietly.quietly(emit) as warnings:
        nncf_logger.warning("watch out")
        nncf_logger.debug("not this")
    assert warnings == ["NNCF: watch out"]
    assert [(event["level"], event["message"]) for event in emit.of("log")] == [("warning", "NNCF: watch out")]
