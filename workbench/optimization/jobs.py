"""The job kinds of this room: `quantize` and `compress` make a version and measure it, `sensitivity` ranks what hurts,
`optimize` finds the best.

They load the machine and measure: each owns its machine.
"""

from workbench.jobs.context import JobContext
from workbench.jobs.kinds import JobKind, Outcome, register
from workbench.optimization import finding, ranking, versioning
from workbench.optimization.schemas import CompressWanted, OptimizeWanted, QuantizeWanted, SensitivityWanted


def _quantize(context: JobContext) -> Outcome:
    return versioning.run(context, QuantizeWanted.model_validate(context.parameters))


def _compress(context: JobContext) -> Outcome:
    return versioning.run(context, CompressWanted.model_validate(context.parameters))


def _sensitivity(context: JobContext) -> Outcome:
    return ranking.run(context, SensitivityWanted.model_validate(context.parameters))


def _optimize(context: JobContext) -> Outcome:
    return finding.run(context, OptimizeWanted.model_validate(context.parameters))


QUANTIZE = register(JobKind("quantize", _quantize, measuring=True))
COMPRESS = register(JobKind("compress", _compress, measuring=True))
SENSITIVITY = register(JobKind("sensitivity", _sensitivity, measuring=True))
OPTIMIZE = register(JobKind("optimize", _optimize, measuring=True))

# The kind `race` is registered by its import.
from workbench.optimization import racing  # noqa: E402, F401
