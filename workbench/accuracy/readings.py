"""The reading of a project: as its user said, else as its parent's, else as guessed from the model."""

from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from sqlalchemy.orm import Session

from workbench.accuracy import reading_yaml, repository
from workbench.accuracy.guessing import guess
from workbench.accuracy.judging import Lack, judge
from workbench.accuracy.known import Known, of_rows
from workbench.accuracy.reading_schemas import (
    Guess,
    ProjectReading,
    Reading,
    ReadingChecked,
    ReadingProblem,
    ReadingWanted,
)
from workbench.datasets import service as datasets
from workbench.db.tables import Dataset, Model, Project
from workbench.errors import Conflict, Problem, WorkbenchError
from workbench.jobs import events
from workbench.runtime import Runtime


class BadReading(WorkbenchError):
    """Every mistake stands in `errors`, with line and column where it was YAML."""

    status = 422
    code = "invalid_reading"
    title = "The reading has mistakes"
    action = "Correct what 'errors' names, and send it again."

    def __init__(self, problems: list[ReadingProblem]) -> None:
        first = problems[0]
        place = f"line {first.line}, column {first.column}: " if first.line is not None else ""
        more = f" ({len(problems) - 1} more)" if len(problems) > 1 else ""
        super().__init__(f"{place}{first.message}{more}")
        self.problems = problems

    def problem(self) -> Problem:
        told = super().problem()
        told.errors = [
            {"field": one.field, "problem": one.message, "line": one.line, "column": one.column}
            for one in self.problems
        ]
        return told


@dataclass(frozen=True)
class Read:
    """A reading with where it is from and what is known of the model."""

    reading: Reading
    source: str
    guesses: list[Guess]
    known: Known

    @property
    def lacks(self) -> list[Lack]:
        return judge(self.reading, self.known, self.source == "guessed")


def known_of(runtime: Runtime, model: Model, dataset: Dataset | None) -> Known:
    return of_rows(model, dataset, _masks_background(runtime, dataset))


def _masks_background(runtime: Runtime, dataset: Dataset | None) -> bool:
    """Whether 0 in the masks of a dataset is a class of its own."""
    if dataset is None or dataset.artifact_id is None or "semantic_segmentation" not in (dataset.tasks or []):
        return False
    try:
        masks = datasets.reader(runtime, dataset).facts.get("masks") or {}
    except (OSError, ValueError):
        return False
    return bool(masks.get("background"))


def of_model(runtime: Runtime, model: Model, dataset: Dataset | None) -> Read:
    """As guessed."""
    known = known_of(runtime, model, dataset)
    reading, guesses = guess(known)
    return Read(reading, "guessed", guesses, known)


def of_project(session: Session, runtime: Runtime, project: Project) -> Read:
    """Raises Conflict when the model of the project is gone and nobody said how it is read."""
    model = repository.model(session, project.model_id)
    dataset = repository.dataset(session, project.dataset_id)
    if model is None:
        raise Conflict("The model of this project is gone.", code="project_archived", action="Create the project anew.")
    kept = stored(project)
    if kept is not None:
        return Read(kept, "user", [], known_of(runtime, model, dataset))
    parent = repository.project(session, project.parent_id)
    inherited = stored(parent) if parent is not None else None
    if parent is not None and inherited is not None:
        told = [Guess(field="*", reason=f"as said for '{parent.name}'")]
        return Read(inherited, "user", told, known_of(runtime, model, dataset))
    return of_model(runtime, model, dataset)


def stored(project: Project) -> Reading | None:
    """What the user said; None also for what an older version kept and this one cannot read."""
    if project.reading is None:
        return None
    try:
        return Reading.model_validate(project.reading)
    except ValidationError:
        return None


def view(read: Read) -> ProjectReading:
    lacks = read.lacks
    return ProjectReading(
        reading=read.reading,
        source="user" if read.source == "user" else "guessed",
        guesses=read.guesses,
        complete=not lacks,
        missing=[lack.message for lack in lacks],
        yaml=reading_yaml.dump(read.reading),
    )


def check(wanted: ReadingWanted, known: Known) -> ReadingChecked:
    """Mistakes of form, and what contradicts the model. What is only missing is none."""
    unsupported: list[ReadingProblem] = []
    places: dict[str, tuple[int, int]] = {}
    if wanted.reading is not None:
        reading: Reading | None = wanted.reading
        problems: list[ReadingProblem] = []
    elif wanted.yaml is None:
        return ReadingChecked(reading=None, problems=[ReadingProblem(message="Give a reading, or its YAML.")])
    elif wanted.format == "accuracy_checker":
        from workbench.accuracy import checker_config

        reading, problems, unsupported = checker_config.read(wanted.yaml)
    else:
        reading, problems = reading_yaml.parse(wanted.yaml)
        places = reading_yaml.places(wanted.yaml) if reading is not None else {}
    if reading is not None:
        problems = problems + [_located(lack, places) for lack in judge(reading, known, guessed=False) if lack.wrong]
    return ReadingChecked(reading=reading, problems=problems, unsupported=unsupported)


def _located(lack: Lack, places: dict[str, tuple[int, int]]) -> ReadingProblem:
    line, column = places.get(lack.field, (None, None))
    return ReadingProblem(line=line, column=column, field=lack.field, message=lack.message)


def set_reading(session: Session, runtime: Runtime, project: Project, wanted: ReadingWanted) -> ProjectReading:
    """Keep a reading. Raises BadReading with every mistake."""
    model = repository.model(session, project.model_id)
    if model is None:
        raise Conflict("The model of this project is gone.", code="project_archived", action="Create it anew.")
    known = known_of(runtime, model, repository.dataset(session, project.dataset_id))
    checked = check(wanted, known)
    if checked.problems or checked.reading is None:
        raise BadReading(checked.problems or [ReadingProblem(message="There is no reading in it.")])
    kept: dict[str, Any] = checked.reading.model_dump(mode="json")
    project.reading = kept
    session.flush()
    events.changed(session, "projects", project.id)
    return view(Read(checked.reading, "user", [], known))


def forget_reading(session: Session, runtime: Runtime, project: Project) -> ProjectReading:
    project.reading = None
    session.flush()
    events.changed(session, "projects", project.id)
    return view(of_project(session, runtime, project))
