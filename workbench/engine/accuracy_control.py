"""Quantisation that keeps a limit of the accuracy: operations are put back to floating point, the most harmful first,
until the drop is within it.

The greedy way of NNCF's `quantize_with_accuracy_control` (`accuracy_control/algorithm.py`), driven step by step so that
each is told: rank the groups of quantisers once, put back the first, look at the whole set, and go on; one that makes
it worse stays quantised (NNCF ranks anew after such a one, at the cost of a pass for each group that is left). Each
step is measured of the model as it would be kept; what is promised is what the saved file shows, read again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workbench.engine import ranking
from workbench.engine.reverting import Group, Reverter, compress_quantized, names_of
from workbench.engine.validation import Measured, Validation

if TYPE_CHECKING:
    import openvino as ov

    from workbench.engine.protocol import Emitter

STAGES = ("accuracy", "rank operations", "put operations back")
USUAL_RANKING_SAMPLES = 300
_ROUNDING = 1e-9


def drop(original: float, now: float, better: str, kind: str) -> float:
    """How much worse than `original`, in the metric's unit or as a share of it; negative: better."""
    loss = now - original if better == "lower" else original - now
    if kind == "absolute" or original == 0:
        return loss
    return loss / abs(original)


def control(
    original: ov.Model,
    quantized: ov.Model,
    whole: Validation,
    part: Validation,
    wanted: Mapping[str, Any],
    emit: Emitter,
    stage: int,
    stages: int,
) -> tuple[ov.Model, dict[str, Any]]:
    """Put operations of `quantized` back until the limit is kept; returns the finished model and the fields of
    `ControlResult`. `quantized` has its weights in floating point behind quantisers.

    `whole`: all samples that count; `part`: those that operations are ranked with. `wanted`: max_drop, drop_type.
    `stage`: the number of the first of its three stages.
    """
    return _Control(original, quantized, whole, part, wanted, emit, stage, stages).run()


class _Control:
    def __init__(
        self,
        original: ov.Model,
        quantized: ov.Model,
        whole: Validation,
        part: Validation,
        wanted: Mapping[str, Any],
        emit: Emitter,
        stage: int,
        stages: int,
    ) -> None:
        self._original, self._quantized, self._whole, self._part = original, quantized, whole, part
        self._limit, self._kind = float(wanted["max_drop"]), str(wanted.get("drop_type") or "absolute")
        self._emit, self._stage, self._stages = emit, stage, stages
        self._steps: list[dict[str, Any]] = []
        self._before = 0.0

    def run(self) -> tuple[ov.Model, dict[str, Any]]:
        self._enter(0)
        self._before = self._value(self._whole.measure(self._original))
        self._emit.progress(1, 2, "models")
        first = self._value(self._whole.measure(compressed(self._quantized)))
        self._emit.progress(2, 2, "models")
        self._step([], first, True, "Everything is quantised.")
        chosen: list[Group] = []
        reverter: Reverter | None = None
        if not self._keeps(first):
            reverter = Reverter(self._original, self._quantized)
            chosen = self._put_back(reverter, self._ranked(reverter), first)
        return self._finished(reverter, chosen, first)

    def _ranked(self, reverter: Reverter) -> list[ranking.Ranked]:
        self._enter(1)
        if self._part is not self._whole:
            self._part.share(self._whole)
        self._part.remember(self._original)
        quantized = self._part.measure(self._quantized)
        return ranking.rank(
            reverter, self._part, quantized, lambda _, done, total: self._emit.progress(done, total, "operations")
        )

    def _put_back(self, reverter: Reverter, ranked: list[ranking.Ranked], first: float) -> list[Group]:
        """The groups that stay in floating point."""
        self._enter(2)
        chosen: list[Group] = []
        last = first
        for number, one in enumerate(ranked):
            value = self._value(self._whole.measure(compressed(reverter.reverted([*chosen, one.group]))))
            helps = self._drop(value) <= self._drop(last) + _ROUNDING
            gained = self._drop(last) - self._drop(value)
            what = "Put back to floating point" if helps else "Tried in floating point and left quantised"
            self._step(list(one.group.operations), value, helps, f"{what}: {_told(gained)}.", list(one.group.types))
            self._emit.progress(number + 1, len(ranked), "operations")
            if helps:
                chosen.append(one.group)
                last = value
            if self._keeps(last):
                break
        return chosen

    def _finished(
        self, reverter: Reverter | None, chosen: list[Group], first: float
    ) -> tuple[ov.Model, dict[str, Any]]:
        """What is kept, with its weights as whole numbers, measured from a file."""
        model = compressed(self._quantized if reverter is None or not chosen else reverter.reverted(chosen))
        final = self._value(self._whole.measure_saved(model))
        reached = self._keeps(final)
        count = len(names_of(chosen))
        message = "The limit could not be kept: this is the best that was found."
        if reached:
            message = (
                f"Finished: {count} operations are in floating point." if count else "Finished as it was quantised."
            )
        self._step([], final, True, message)
        metric = self._whole.metric
        assert metric is not None
        return model, {
            "metric": metric.name,
            "label": metric.label,
            "max_drop": self._limit,
            "drop_type": self._kind,
            "original": self._before,
            "quantized": first,
            "final": final,
            "drop": self._drop(final),
            "reached": reached,
            "samples": self._whole.samples,
            "steps": self._steps,
        }

    def _enter(self, place: int) -> None:
        self._emit.stage(STAGES[place], self._stage + place, self._stages)

    def _value(self, measured: Measured) -> float:
        assert measured.value is not None
        return measured.value

    def _drop(self, value: float) -> float:
        assert self._whole.metric is not None
        return drop(self._before, value, self._whole.metric.better, self._kind)

    def _keeps(self, value: float) -> bool:
        return self._drop(value) <= self._limit + _ROUNDING

    def _step(
        self, operations: list[str], value: float, kept: bool, message: str, types: list[str] | None = None
    ) -> None:
        step = {
            "number": len(self._steps) + 1,
            "operations": operations,
            "types": types or [],
            "value": value,
            "drop": self._drop(value),
            "kept": kept,
            "message": message,
        }
        self._steps.append(step)
        self._emit.partial("control_step", step)


def compressed(model: ov.Model) -> ov.Model:
    """A copy with whole numbers for weights, as it is saved."""
    copy = model.clone()
    compress_quantized(copy)
    return copy


def _told(gained: float) -> str:
    if gained > 0:
        return f"the drop becomes smaller by {gained:.4g}"
    return "the drop stays as it is" if gained == 0 else f"the drop becomes larger by {-gained:.4g}"
