"""The register of job kinds. Rooms add theirs in their `jobs` module; this package runs them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from workbench.db.tables import Job

if TYPE_CHECKING:
    from workbench.jobs.context import JobContext

Apply = Callable[[Session], None]


@dataclass(frozen=True)
class Outcome:
    """What a finished job leaves: its public result, and the rows written in the transaction that ends it."""

    result: dict[str, Any] = field(default_factory=dict)
    apply: Apply | None = None


@dataclass(frozen=True)
class JobKind:
    """`run` does the work outside of any transaction; `abandon` puts rows right when it fails or is cancelled.

    `measuring` jobs own their machine. `pinned` jobs run on a worker of their target only. Ordinary jobs are
    tried once more when their worker is lost, measuring ones never (DESIGN §5.3).
    """

    name: str
    run: Callable[["JobContext"], Outcome]
    measuring: bool = False
    pinned: bool = False
    abandon: Callable[[Session, Job], None] | None = None

    @property
    def attempts(self) -> int:
        return 1 if self.measuring else 2


_KINDS: dict[str, JobKind] = {}


def register(kind: JobKind) -> JobKind:
    _KINDS[kind.name] = kind
    return kind


def kinds() -> Mapping[str, JobKind]:
    return _KINDS


class JobFailed(Exception):
    """Ends a job as failed with a code, a sentence and an action; `result` is what it leaves all the same."""

    def __init__(self, code: str, message: str, action: str, result: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.action = action
        self.result = result

    def error(self) -> dict[str, str]:
        return {"code": self.code, "message": self.message, "action": self.action}
