"""The table of layer differences, from the groups that `matching` found."""

from collections.abc import Sequence

from workbench.benchmarks.layer_schemas import Layer
from workbench.comparisons.matching import Group, Member, match
from workbench.comparisons.schemas import LayerDifference, LayerSide, TypeDifference

Sides = Sequence[Sequence[Layer] | None]


def rows(sides: Sides) -> tuple[list[LayerDifference], list[float | None], bool]:
    """(rows, what changed most first; the share of each side's time in accounted rows; matched by place or not).

    `sides`: the layers of each side, None where they were not measured.
    """
    groups, by_place = match([layers or [] for layers in sides])
    totals = [_total(layers) for layers in sides]
    found = [_row(group, totals) for group in groups]
    found.sort(key=lambda row: (-max(abs(delta or 0.0) for delta in row.delta_us), -_longest(row), row.key))
    accounted = [
        None if total is None else _accounted(groups, side) / total if total else 1.0
        for side, total in enumerate(totals)
    ]
    return found, accounted, by_place


def types(sides: Sides) -> list[TypeDifference]:
    """Time by type of executed layer, what takes longest on any side first."""
    totals = [_total(layers) for layers in sides]
    sums: dict[str, list[float]] = {}
    for side, layers in enumerate(sides):
        for layer in layers or []:
            if layer.status != "not_executed":
                sums.setdefault(layer.type, [0.0] * len(sides))[side] += layer.time_us or 0.0
    found = []
    for kind, times in sorted(sums.items(), key=lambda item: (-max(item[1]), item[0])):
        known = [None if totals[side] is None else times[side] for side in range(len(sides))]
        shares = [None if total is None else times[side] / total if total else 0.0 for side, total in enumerate(totals)]
        found.append(TypeDifference(type=kind, time_us=known, share=shares))
    return found


def _total(layers: Sequence[Layer] | None) -> float | None:
    return None if layers is None else sum(layer.time_us or 0.0 for layer in layers)


def _accounted(groups: Sequence[Group], side: int) -> float:
    return sum(
        member.layer.time_us or 0.0
        for group in groups
        if group.accounted
        for member in group.members
        if member.side == side
    )


def _row(group: Group, totals: Sequence[float | None]) -> LayerDifference:
    cells = [_cell(group, side, total) for side, total in enumerate(totals)]
    times = [
        None if total is None else (cell.time_us or 0.0) if cell is not None else 0.0
        for cell, total in zip(cells, totals, strict=True)
    ]
    first = times[0]
    present = sorted(group.sides)
    label = _label(group)
    return LayerDifference(
        key=("conversions " if group.conversions else "") + _key(group),
        label=label,
        type=_main(group).layer.type if not group.conversions else "Conversion",
        originals=sorted({item.name for member in group.members for item in member.layer.originals if item.type}),
        sides=cells,
        delta_us=[None if first is None or time is None else round(time - first, 3) for time in times],
        ratio=[time / first if first and time else None for time in times],
        only_in=present[0] if len(present) == 1 and not group.conversions else None,
    )


def _cell(group: Group, side: int, total: float | None) -> LayerSide | None:
    own = sorted((member.layer for member in group.members if member.side == side), key=lambda layer: layer.order)
    if not own:
        return None
    timed = [layer.time_us for layer in own if layer.time_us is not None]
    return LayerSide(
        time_us=round(sum(timed), 3) if timed else None,
        share=sum(timed) / total if total else 0.0,
        orders=[layer.order for layer in own],
        names=[layer.name for layer in own],
        types=list(dict.fromkeys(layer.type for layer in own)),
        precisions=list(dict.fromkeys(layer.runtime_precision for layer in own if layer.runtime_precision)),
    )


def _main(group: Group) -> Member:
    """The member that names the row: on the first side that has it, the one with an anchor, else the slowest."""
    first = min(group.sides)
    own = [member for member in group.members if member.side == first]
    return max(own, key=lambda member: (bool(member.anchors), member.layer.time_us or 0.0, -member.layer.order))


def _label(group: Group) -> str:
    if not group.conversions:
        return _key(group)
    return f"conversions before {_key(group.before)}" if group.before is not None else "conversions at the end"


def _key(group: Group) -> str:
    if group.conversions:
        return f"before {_key(group.before)}" if group.before is not None else "at the end"
    main = _main(group)
    return min(main.anchors) if main.anchors else main.layer.name


def _longest(row: LayerDifference) -> float:
    return max((cell.time_us or 0.0) for cell in row.sides if cell is not None)
