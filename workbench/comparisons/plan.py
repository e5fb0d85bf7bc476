"""What a check was found to have to do, when it was asked for: the parameters of its job."""

from typing import Literal

from pydantic import BaseModel

from workbench.benchmarks.schemas import Configuration
from workbench.comparisons.schemas import CheckBaseline


class BaselinePlan(BaseModel):
    """A baseline that is measured again. `project_id` is where it was measured first, if that is known."""

    run_id: str | None
    project_id: str | None
    model_id: str
    dataset_id: str | None
    device: str
    precision: str | None


class CheckPlan(BaseModel):
    """`baseline` is measured again; without it, `recorded` figures stand in."""

    configuration: Configuration
    baseline: BaselinePlan | None
    recorded: CheckBaseline | None
    input: Literal["dataset", "synthetic"]
    shapes: dict[str, list[int]]
    max_slowdown: float
    max_p99_ms: float | None
    budget_s: float
    warnings: list[str]
