"""What is wrong in a dataset: where, what, and how to put it right."""

from dataclasses import dataclass, field
from typing import Any

KEPT = 100


class Refused(Exception):
    """The dataset cannot be imported: a stable `code`, a sentence, what to do, and facts for a program."""

    def __init__(self, code: str, message: str, action: str, detail: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.action = action
        self.detail = detail


@dataclass(frozen=True)
class Problem:
    """One finding. `file` is relative to the root of the dataset; `line` counts from 1."""

    file: str
    line: int | None
    problem: str
    fix: str

    def sentence(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{place}: {self.problem} -> {self.fix}"

    def record(self) -> dict[str, Any]:
        return {"file": self.file, "line": self.line, "problem": self.problem, "fix": self.fix}


@dataclass
class _List:
    kept: list[Problem] = field(default_factory=list)
    count: int = 0

    def add(self, problem: Problem) -> None:
        self.count += 1
        if len(self.kept) < KEPT:
            self.kept.append(problem)


class Problems:
    """Collects findings: errors refuse the dataset, warnings leave a sample or a part of it out.

    The first 100 of each are kept, all are counted.
    """

    def __init__(self) -> None:
        self._errors = _List()
        self._warnings = _List()

    @property
    def errors(self) -> list[Problem]:
        return self._errors.kept

    @property
    def warnings(self) -> list[Problem]:
        return self._warnings.kept

    @property
    def error_count(self) -> int:
        return self._errors.count

    @property
    def warning_count(self) -> int:
        return self._warnings.count

    @property
    def keeps_errors(self) -> bool:
        """Whether a further error would be kept, so that its details are worth finding out."""
        return len(self.errors) < KEPT

    @property
    def keeps_warnings(self) -> bool:
        return len(self.warnings) < KEPT

    def error(self, file: str, problem: str, fix: str, line: int | None = None) -> None:
        self._errors.add(Problem(file, line, problem, fix))

    def warning(self, file: str, problem: str, fix: str, line: int | None = None) -> None:
        self._warnings.add(Problem(file, line, problem, fix))

    def refuse_errors(self) -> None:
        """Raise Refused when there is an error."""
        if not self.error_count:
            return
        first = self.errors[0]
        more = self.error_count - 1
        rest = f" There {'is 1 more problem' if more == 1 else f'are {more:,} more problems'}." if more else ""
        raise Refused(
            "dataset_invalid",
            f"The annotations have a mistake. {first.sentence()}.{rest}",
            "Correct what is listed (the job's log has all of it) and import the dataset again.",
            {"count": self.error_count, "problems": [problem.record() for problem in self.errors]},
        )
