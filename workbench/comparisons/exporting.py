"""A comparison as a table for other programs: its figures, then its layers."""

from collections.abc import Sequence

from workbench.comparisons.schemas import Comparison, LayerDifference, Metric
from workbench.comparisons.warnings import name
from workbench.downloads import Cell, csv_text


def comparison_csv(comparison: Comparison) -> str:
    """One row for each figure and each row of layers; the columns of a side end in its letter. Times are in µs."""
    sides = range(len(comparison.sides))
    headings = ["kind", "name", "unit", "type", "originals", "only_in"]
    for side in sides:
        letter = name(side)
        headings += [f"value_{letter}", f"ci95_low_{letter}", f"ci95_high_{letter}", f"share_{letter}"]
        headings += [f"layers_{letter}", f"precisions_{letter}"]
        if side:
            headings += [f"difference_{letter}", f"ratio_{letter}", f"ratio_ci95_low_{letter}"]
            headings += [f"ratio_ci95_high_{letter}", f"certain_{letter}"]
    rows: list[list[Cell]] = [
        [
            "side",
            side.project.name + ": " + side.run.label,
            None,
            None,
            None,
            name(place),
            *[None] * (len(headings) - 6),
        ]
        for place, side in enumerate(comparison.sides)
    ]
    rows += [_figure(metric, sides) for metric in comparison.metrics]
    rows += [_layers(row, sides) for row in comparison.layers]
    return csv_text(headings, rows)


def _figure(metric: Metric, sides: Sequence[int]) -> list[Cell]:
    row: list[Cell] = ["figure", metric.name, metric.unit, None, None, None]
    for side in sides:
        value, difference = metric.values[side], metric.differences[side]
        low, high = (value.ci95 if value is not None else None) or (None, None)
        row += [value.value if value is not None else None, low, high, None, None, None]
        if side:
            bounds = (difference.ratio_ci95 if difference is not None else None) or (None, None)
            row += [difference.absolute, difference.ratio] if difference is not None else [None, None]
            row += [*bounds, difference.certain if difference is not None else None]
    return row


def _layers(layers: LayerDifference, sides: Sequence[int]) -> list[Cell]:
    only = name(layers.only_in) if layers.only_in is not None else None
    row: list[Cell] = ["layers", layers.label, "µs", layers.type, " | ".join(layers.originals), only]
    for side in sides:
        cell = layers.sides[side]
        row += [cell.time_us if cell is not None else None, None, None, cell.share if cell is not None else None]
        row += [" | ".join(cell.names), " | ".join(cell.precisions)] if cell is not None else [None, None]
        if side:
            row += [layers.delta_us[side], layers.ratio[side], None, None, None]
    return row
