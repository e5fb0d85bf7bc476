"""Two reports sample by sample: what was right before and is wrong now, and by how much the metrics differ."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbench.accuracy.schemas import ComparedRow, Report
from workbench.accuracy.tables import Table
from workbench.engine.tasks.bootstrap import mean_ci95
from workbench.errors import Conflict

CHANGES = ("both_right", "both_wrong", "fixed", "broken")
# A metric counts as the mean of a column where it is so in both reports, up to the last digits of adding up.
SAME = 1e-9
Floats = NDArray[np.float64]


class NotComparable(Conflict):
    code = "reports_not_comparable"
    title = "These reports cannot be compared sample by sample"
    action = "Compare reports of the same kind and task on the same dataset."


class Pairs:
    """The rows that both reports have: places in each table, and what changed."""

    def __init__(self, before: Table, now: Table) -> None:
        self.before, self.now = before, now
        self.places_before, self.places_now = _matched(before, now)
        wrong_before = _booleans(before, "error")[self.places_before]
        wrong_now = _booleans(now, "error")[self.places_now]
        # By the numbers of CHANGES: right or wrong before, right or wrong now.
        self.changes = np.where(wrong_before, np.where(wrong_now, 1, 2), np.where(wrong_now, 3, 0))
        self.deltas = _numbers(now, "loss")[self.places_now] - _numbers(before, "loss")[self.places_before]

    def __len__(self) -> int:
        return len(self.places_now)

    def counts(self) -> dict[str, int]:
        return {name: int(np.count_nonzero(self.changes == number)) for number, name in enumerate(CHANGES)}

    def chosen(self, change: str | None) -> NDArray[np.int64]:
        """The pairs with a change, what became worst first; those without a loss last."""
        pairs = np.arange(len(self)) if change is None else np.flatnonzero(self.changes == CHANGES.index(change))
        worse = np.nan_to_num(self.deltas[pairs], nan=-np.inf)
        return np.asarray(pairs[np.argsort(-worse, kind="stable")], dtype=np.int64)

    def rows(self, pairs: NDArray[np.int64]) -> list[ComparedRow]:
        before = self.before.data.take(self.places_before[pairs]).to_pylist()
        now = self.now.data.take(self.places_now[pairs]).to_pylist()
        return [
            ComparedRow(
                sample=new.get("sample") if isinstance(new.get("sample"), int) else -1,
                name=str(new.get("name") or ""),
                change=CHANGES[self.changes[pair]],  # type: ignore[arg-type]
                before=old,
                now=new,
                delta=float(self.deltas[pair]) if np.isfinite(self.deltas[pair]) else None,
            )
            for pair, old, new in zip(pairs, before, now, strict=True)
        ]


def require_alike(before: Report, now: Report) -> None:
    """Raises NotComparable."""
    if before.task != now.task:
        raise NotComparable(f"One is of {before.task.replace('_', ' ')}, the other of {now.task.replace('_', ' ')}.")
    if before.dataset_id is not None and now.dataset_id is not None and before.dataset_id != now.dataset_id:
        raise NotComparable("They were made with different datasets.")
    if (before.kind == "tensor_distance") != (now.kind == "tensor_distance"):
        raise NotComparable("One judges answers, the other tells distances of tensors.")


def _matched(before: Table, now: Table) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Places of the rows that both have, by sample and whatever else tells rows of one sample apart."""
    keys = [name for name in ("sample", "other", "output", "layer") if name in before.types and name in now.types]
    if "sample" not in keys:
        raise NotComparable("One of them has no samples.")
    old, new = _keys(before, keys), _keys(now, keys)
    places: dict[tuple[Any, ...], int] = {}
    for place, key in enumerate(old):
        places.setdefault(key, place)
    found = [(places[key], place) for place, key in enumerate(new) if key in places]
    if not found:
        raise NotComparable("They have no sample in common.")
    both = np.array(found, dtype=np.int64)
    return both[:, 0], both[:, 1]


def _keys(table: Table, names: Sequence[str]) -> list[tuple[Any, ...]]:
    columns = [table.data.column(name).to_pylist() for name in names]
    return list(zip(*columns, strict=True))


def _booleans(table: Table, name: str) -> NDArray[np.bool_]:
    if name not in table.types:
        return np.zeros(table.data.num_rows, dtype=np.bool_)
    return np.array([value is True for value in table.data.column(name).to_pylist()], dtype=np.bool_)


def _numbers(table: Table, name: str) -> Floats:
    """A column as numbers, NaN where there is none."""
    if name not in table.types or table.types[name] == "text":
        return np.full(table.data.num_rows, np.nan)
    values = [np.nan if value is None else float(value) for value in table.data.column(name).to_pylist()]
    return np.array(values, dtype=np.float64)


def metrics(pairs: Pairs, before: Report, now: Report) -> dict[str, dict[str, Any]]:
    """Of each metric that both have: before, now, difference, and where it is a mean over samples the interval of the
    difference, paired: a sample that is drawn counts in both. Such means are told over the samples that both have, the
    others as the reports have them. `error` and `loss` are always told."""
    found: dict[str, dict[str, Any]] = {}
    for name, metric in now.metrics.items():
        old = before.metrics.get(name)
        if old is None:
            continue
        entry = {"label": metric.label, "unit": metric.unit, "better": metric.better}
        values = _means(pairs, name, old.value, metric.value)
        if values is not None:
            found[name] = entry | _paired(*values)
        else:
            told = {"before": old.value, "now": metric.value, "difference": metric.value - old.value, "ci95": None}
            found[name] = entry | told
    for name, label in (("error", "Share of wrong samples"), ("loss", "Mean loss")):
        both = [_numbers(pairs.before, name)[pairs.places_before], _numbers(pairs.now, name)[pairs.places_now]]
        known = np.isfinite(both[0]) & np.isfinite(both[1])
        if known.any():
            found[name] = {"label": label, "unit": "", "better": "lower"} | _paired(both[0][known], both[1][known])
    return found


def _paired(before: Floats, now: Floats) -> dict[str, Any]:
    """Two values a sample."""
    apart = now - before
    return {
        "before": float(before.mean()),
        "now": float(now.mean()),
        "difference": float(apart.mean()),
        "ci95": mean_ci95(apart),
    }


def _means(pairs: Pairs, name: str, before: float, now: float) -> tuple[Floats, Floats] | None:
    """The values of each sample that a metric is the mean of, in both reports; None for one that is no such mean.

    Looked for by its figure: a column, or 1 minus a column of truths, whose mean over the report is the metric. So it
    also holds for tasks and metrics to come, and never claims of a metric what it is not.
    """
    columns = [column for column in pairs.now.types if column in pairs.before.types and column != "loss"]
    candidates = [column for column in columns if pairs.now.types[column] in ("number", "boolean")]
    for column in sorted(candidates, key=lambda one: (one != name, one not in name, one != "error")):
        for sign, offset in ((1.0, 0.0), (-1.0, 1.0)):
            if sign < 0 and pairs.now.types[column] != "boolean":
                continue
            old, new = (offset + sign * _numbers(table, column) for table in (pairs.before, pairs.now))
            if _is_mean(old, before) and _is_mean(new, now):
                return old[pairs.places_before], new[pairs.places_now]
    return _ranks(pairs, name, before, now)


def _is_mean(values: Floats, told: float) -> bool:
    mean = float(values.mean()) if len(values) else np.nan
    return bool(abs(mean - told) <= SAME * max(1.0, abs(told)))  # False for NaN: a row without a value


def _ranks(pairs: Pairs, name: str, before: float, now: float) -> tuple[Floats, Floats] | None:
    """Top-k accuracy is the share of ranks below k, which no column has by itself; no rank is a wrong one."""
    head, _, count = name.rpartition("top")
    if not head or not count.isdecimal() or "rank" not in pairs.now.types or "rank" not in pairs.before.types:
        return None
    old, new = ((_numbers(table, "rank") < int(count)).astype(np.float64) for table in (pairs.before, pairs.now))
    if not (_is_mean(old, before) and _is_mean(new, now)):
        return None
    return old[pairs.places_before], new[pairs.places_now]
