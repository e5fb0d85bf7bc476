"""Findings are kept up to a number, counted beyond it, and refuse a dataset with the first of them."""

import pytest

from workbench.datasets.problems import Problem, Problems, Refused


class TestProblem:
    def test_sentence(self) -> None:
        problem = Problem("annotations/val.txt", 17, "class index is missing", 'write "name index"')
        assert problem.sentence() == 'annotations/val.txt:17: class index is missing -> write "name index"'

    def test_without_line(self) -> None:
        assert Problem("a.png", None, "it is a link", "copy it").sentence() == "a.png: it is a link -> copy it"


class TestProblems:
    def test_a_hundred_are_kept_and_all_counted(self) -> None:
        problems = Problems()
        for line in range(150):
            assert problems.keeps_errors == (line < 100)
            problems.error("list.txt", "wrong", "right it", line)
        assert [problem.line for problem in problems.errors] == list(range(100))
        assert problems.error_count == 150
        assert problems.warning_count == 0

    def test_warnings_refuse_nothing(self) -> None:
        problems = Problems()
        problems.warning("a.png", "damaged", "replace it")
        problems.refuse_errors()

    @pytest.mark.parametrize(
        "count, rest", [(1, ""), (2, "There is 1 more problem."), (1200, "There are 1,199 more problems.")]
    )
    def test_the_first_error_is_told(self, count: int, rest: str) -> None:
        problems = Problems()
        for line in range(count):
            problems.error("list.txt", "wrong", "right it", line + 1)
        with pytest.raises(Refused) as refused:
            problems.refuse_errors()
        assert refused.value.code == "dataset_invalid"
        assert "list.txt:1: wrong -> right it." in refused.value.message
        assert refused.value.message.endswith(rest or ".")
        assert refused.value.detail is not None
        assert refused.value.detail["count"] == count
        assert refused.value.detail["problems"][0] == {
            "file": "list.txt",
            "line": 1,
            "problem": "wrong",
            "fix": "right it",
        }
