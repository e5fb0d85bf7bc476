"""What the rules of the advisor look at, and what they may say."""

import shlex
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from workbench.benchmarks.layer_schemas import Evidence, Finding, Layer, Layers
from workbench.benchmarks.schemas import Configuration, Run
from workbench.models.schemas import Model
from workbench.targets.schemas import Device, UnavailableDevice

# Executed layers that do the arithmetic of a model, in lower case, as the plugins name them.
_COMPUTE = {
    "convolution", "deconvolution", "binaryconvolution", "deformableconvolution", "groupconvolution",
    "fullyconnected", "matmul", "gemm", "rnnseq", "rnncell", "lstmseq", "lstmcell", "gruseq", "grucell", "mha",
    "scaleddotproductattention", "scaleddotproductattentionwithkvcache", "pagedattention",
}  # fmt: skip
INTEGERS = {"i8", "u8", "i4", "u4"}


@dataclass(frozen=True)
class Original:
    """The project of the model that a model was made from."""

    project_id: str
    project: str


@dataclass(frozen=True)
class Facts:
    """All that is recorded of a run. None: it is not known, or is gone.

    `runs`: all runs of the project, this one among them. `unavailable`: devices that the target lacks, with reasons.
    """

    run: Run
    project: str
    layers: Layers | None = None
    device: Device | None = None
    unavailable: Sequence[UnavailableDevice] = ()
    model: Model | None = None
    runs: Sequence[Run] = field(default_factory=list)
    original: Original | None = None

    @property
    def executed(self) -> list[Layer]:
        """The layers that took part in an inference."""
        return [layer for layer in self.layers.layers if layer.status != "not_executed"] if self.layers else []

    @property
    def quantized(self) -> bool:
        """Whether the model, or what became of it, computes on integers."""
        analysis = self.model.analysis if self.model is not None else None
        return self.run.effective_precision.startswith("int") or bool(analysis and analysis.quantized)

    @property
    def floating(self) -> str:
        """The precision in which the floating-point part runs: "bf16" of "int8/bf16"."""
        return self.run.effective_precision.rpartition("/")[2]

    def command(self, *options: str) -> str:
        """A command that benchmarks the project with these options."""
        return " ".join(["workbench benchmark", shlex.quote(self.project), *options])


@dataclass(frozen=True)
class Fine:
    """The rule applies and has nothing to object to."""

    reason: str


@dataclass(frozen=True)
class NotApplicable:
    """The rule has nothing to say about such a run."""

    reason: str


Outcome = Finding | Fine | NotApplicable
NO_LAYERS = NotApplicable("No layer times were measured for this run.")


@dataclass(frozen=True)
class Rule:
    """`name` is stable; `title` says what the rule looks at."""

    name: str
    title: str
    judge: Callable[[Facts], Outcome]


def computes(layer: Layer) -> bool:
    """Whether a layer is a convolution, a matrix product or the like."""
    return layer.type.lower().replace("_", "") in _COMPUTE


def share(layers: Iterable[Layer]) -> float:
    """Their share of the time of all layers, 0 to 1."""
    return sum(layer.share for layer in layers)


def slowest(layers: Iterable[Layer]) -> list[int]:
    """The orders of these layers, slowest first."""
    return [layer.order for layer in sorted(layers, key=lambda layer: -(layer.time_us or 0.0))]


def percent(part: float) -> str:
    """`12 %`, or `1.5 %` below 10 %."""
    return f"{100 * part:.{0 if abs(part) >= 0.0995 else 1}f} %"


def evidence(label: str, value: float | str, unit: str | None = None) -> Evidence:
    return Evidence(label=label, value=value, unit=unit)


def share_evidence(label: str, part: float) -> Evidence:
    return evidence(label, round(100 * part, 2), "%")


def as_asked(run: Run) -> Configuration:
    """The configuration of a run; for runs of older versions, as it executed."""
    if run.configuration is not None:
        return run.configuration
    if run.hint != "none":
        return Configuration(hint=run.hint, requests=run.requests, batch=run.batch, threads=run.threads)
    return Configuration(streams=run.streams, requests=run.requests, batch=run.batch, threads=run.threads)


def options_of(wanted: Configuration) -> list[str]:
    """The options of `workbench benchmark` that measure this configuration."""
    named = {
        "--hint": wanted.hint if wanted.hint != "none" else None,
        "--streams": wanted.streams,
        "--batch": wanted.batch,
        "--requests": wanted.requests,
        "--threads": wanted.threads,
        "--precision": wanted.precision,
        "--api": wanted.api if wanted.api != "async" else None,
        "--arrivals": f"{wanted.arrivals_per_s:g}" if wanted.arrivals_per_s is not None else None,
    }
    return [part for option, value in named.items() if value is not None for part in (option, str(value))]


def changed(wanted: Configuration, **fields: object) -> Configuration:
    """A configuration with other fields, checked anew."""
    return Configuration.model_validate(wanted.model_dump() | fields)
