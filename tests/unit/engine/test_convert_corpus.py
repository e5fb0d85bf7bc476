"""Every bad file ends with its exact code, quickly, and with nothing left behind."""

from pathlib import Path

import pytest

from tests.unit.engine.corpus import left_behind, run_convert
from tests.unit.engine.corpus_bad import Bad, cases
from workbench.engine.protocol import EngineError

CASES = list(cases())


@pytest.mark.timeout(20)
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_it_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: Bad) -> None:
    monkeypatch.chdir(tmp_path)  # where a pickle that fires would leave its trace
    files = case.make(tmp_path)
    with pytest.raises(EngineError) as caught:
        run_convert(tmp_path, files)
    error = caught.value
    assert error.code == case.code, error.message
    assert error.message.endswith(".")
    assert error.action.endswith(".")
    assert str(tmp_path) not in error.message
    assert left_behind(tmp_path) == []


def test_names_are_unique() -> None:
    assert len({case.name for case in CASES}) == len(CASES)
