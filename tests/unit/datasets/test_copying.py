"""What a part of a dataset keeps of the whole."""

from types import SimpleNamespace
from typing import Any

from workbench.datasets.copying import kept_facts


def whole(**facts: Any) -> Any:
    return SimpleNamespace(facts={"format": "lfw", "labels": None, "checks": [], "warnings": [{"file": "x"}], **facts})


class TestKeptFacts:
    def test_pairs_get_the_new_numbers(self) -> None:
        pairs = [[0, 1, 1, 0], [2, 5, 0, 0], [5, 1, 0, 1], [3, 3, 1, 1]]
        facts = kept_facts(whole(pairs=pairs), [1, 3, 5], "subset", "3 of 6")
        assert facts["pairs"] == [[2, 0, 0, 1], [1, 1, 1, 1]]
        assert facts["checks"][-1] == {
            "check": "pairs",
            "ok": True,
            "detail": "2 of 4 pairs have both pictures here",
        }

    def test_a_part_without_a_pair_says_so(self) -> None:
        facts = kept_facts(whole(pairs=[[0, 1, 1, 0]]), [0], "subset", "1 of 2")
        assert facts["pairs"] == []
        assert not facts["checks"][-1]["ok"]

    def test_noise_stays_noise(self) -> None:
        facts = kept_facts(whole(synthetic=True), [0], "subset", "1 of 2")
        assert facts["synthetic"] is True
        assert facts["warning_count"] == 1

    def test_warnings_of_the_import_are_about_what_was_left_out(self) -> None:
        facts = kept_facts(whole(colors=[[1, 2, 3]], skeleton=[[0, 1]]), [0], "subset", "1 of 2")
        assert facts["warnings"] == []
        assert facts["colors"] == [[1, 2, 3]]
        assert facts["skeleton"] == [[0, 1]]
