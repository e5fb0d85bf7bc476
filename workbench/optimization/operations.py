"""The operations of a model, by name and type: what may be left out of a quantisation."""

import re
from typing import Any

from workbench.benchmarks import service as benchmarks
from workbench.benchmarks.schemas import BenchmarkWanted, Configuration
from workbench.db.tables import Model, Project
from workbench.errors import Conflict, WorkbenchError
from workbench.models import service as models
from workbench.optimization.schemas import IgnoredScope
from workbench.runtime import Runtime

SHOWN = 60
# Beyond, an expression takes longer to read than to match.
PATTERN_CHARACTERS = 1000


class BadPattern(WorkbenchError):
    status = 422
    code = "invalid_pattern"
    title = "The expression is not usable"
    action = "Write a regular expression of Python that matches the beginning of a name."


class Unmatched(Conflict):
    code = "ignored_scope_unmatched"
    title = "Nothing in the model is called so"


def require_known(runtime: Runtime, model: Model, ignored: IgnoredScope) -> None:
    """Raises Unmatched for a name or a type that is not in the model, BadPattern for what is no expression.

    Expressions are not matched here: one can be made to take for ever, and the engine can be stopped.
    """
    for pattern in ignored.patterns:
        _expression(pattern)
    if not ignored.names and not ignored.types:
        return
    layers = models.layers(runtime, model)
    if layers is None:
        return
    for what, given, there in (
        ("operation", ignored.names, {str(layer.get("name")) for layer in layers}),
        ("operation of the type", ignored.types, {str(layer.get("type")) for layer in layers}),
    ):
        lacking = [entry for entry in given if entry not in there]
        if lacking:
            more = f" ({len(lacking) - 1} more are not there)" if len(lacking) > 1 else ""
            raise Unmatched(
                f"'{model.name}' has no {what} '{lacking[0][:SHOWN]}'{more}.",
                action="Choose from the table of layers or from the graph: names are those of the model's operations.",
            )


def _expression(pattern: str) -> None:
    if not pattern or len(pattern) > PATTERN_CHARACTERS:
        raise BadPattern(f"An expression has from 1 to {PATTERN_CHARACTERS} characters.")
    try:
        re.compile(pattern)
    except (re.error, RecursionError, OverflowError, MemoryError) as error:
        raise BadPattern(f"'{pattern[:SHOWN]}' is no regular expression: {str(error)[:100]}.") from error


def benchmark_feed(project: Project, model: Model) -> dict[str, Any]:
    """Of the engine's parameters of a benchmark, those that tell how the model is opened and fed."""
    configuration = Configuration()
    wanted = BenchmarkWanted(configurations=[configuration])
    parameters = benchmarks.engine_parameters(project, model, wanted, configuration, with_dataset=True)
    return {
        name: parameters[name]
        for name in ("model", "device", "precision", "preprocessing", "layouts", "shapes", "seed")
    }
