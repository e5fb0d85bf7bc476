"""Charts of reports as SVG, drawn here: a report needs no script. Colours are those of the page around it.

Names come from users' files: everything that is written goes through `markupsafe`, which escapes it.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product

from markupsafe import Markup

from workbench.comparisons.figures import figure, percent, ratio
from workbench.comparisons.scales import Scale, linear, logarithmic, ratios

# One unit is one pixel where the page has room: as wide as a panel, or as half of one.
WIDE, HALF = 1100, 530
HEIGHT = 320
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 14, 46
LETTER = 6.2  # of the charts' 11 px text, about
SERIES = 8
# Latencies farther apart than this crowd at one end of a linear axis.
DECADE = 10


@dataclass(frozen=True)
class Point:
    """A run on the chart of latency and throughput. `series` chooses the colour; an unsure one is drawn hollow."""

    label: str
    latency_ms: float
    throughput_fps: float
    throughput_ci95: Sequence[float] | None = None
    latency_ci95: Sequence[float] | None = None
    note: str = ""
    series: int = 0
    sure: bool = True
    front: bool = False


@dataclass(frozen=True)
class Spot:
    """A layer on the roofline."""

    label: str
    intensity: float
    gflops: float
    share: float
    series: int = 0
    note: str = ""


@dataclass(frozen=True)
class Part:
    """A part of a bar."""

    label: str
    share: float
    series: int
    note: str = ""


@dataclass(frozen=True)
class RatioLine:
    """A figure of one side against the first side."""

    label: str
    ratio: float
    ci95: Sequence[float] | None
    series: int
    good: bool | None


def tradeoff(points: Sequence[Point], width: int = WIDE) -> Markup:
    """Median latency against throughput, with 95 % intervals and the front."""
    latencies = _values(points, "latency_ms", "latency_ci95")
    wide = bool(latencies) and min(latencies) > 0 and max(latencies) > DECADE * min(latencies)
    x = logarithmic(latencies, LEFT, width - RIGHT) if wide else linear(latencies, LEFT, width - RIGHT)
    y = linear(_values(points, "throughput_fps", "throughput_ci95"), HEIGHT - BOTTOM, TOP)
    parts = [_axes(x, y, "median latency, ms", "throughput, FPS")]
    front = sorted((point for point in points if point.front), key=lambda point: point.latency_ms)
    if len(front) > 1:
        line = " ".join(f"{x.at(point.latency_ms)},{y.at(point.throughput_fps)}" for point in front)
        parts.append(Markup('<polyline class="front" points="{}"/>').format(line))
    for point in sorted(points, key=lambda point: point.front):
        parts.append(_point(point, x, y))
    parts.append(_labels(sorted(points, key=lambda point: not point.front), x, y))
    return _svg(parts, (width, HEIGHT), "Median latency in ms against throughput in FPS, one point for each run")


def _values(points: Sequence[Point], name: str, interval: str) -> list[float]:
    """What an axis has to hold; the intervals of runs that are not stable may reach beyond it."""
    values = [float(getattr(point, name)) for point in points]
    return values + [bound for point in points if point.sure for bound in getattr(point, interval) or ()]


def _point(point: Point, x: Scale, y: Scale) -> Markup:
    left, top = x.at(point.latency_ms), y.at(point.throughput_fps)
    bars = Markup("")
    if point.throughput_ci95:
        low, high = (y.at(bound) for bound in point.throughput_ci95)
        bars += Markup('<line x1="{0}" x2="{0}" y1="{1}" y2="{2}"/>').format(left, low, high)
    if point.latency_ci95:
        low, high = (x.at(bound) for bound in point.latency_ci95)
        bars += Markup('<line x1="{1}" x2="{2}" y1="{0}" y2="{0}"/>').format(top, low, high)
    told = f"{point.label}: {figure(point.throughput_fps, 'FPS')}, {figure(point.latency_ms, 'ms')} median{point.note}"
    return Markup('<g class="s{}{}"><title>{}</title>{}<circle cx="{}" cy="{}" r="4.5"/></g>').format(
        point.series % SERIES, "" if point.sure else " unsure", told, bars, left, top
    )


def _labels(points: Iterable[Point], x: Scale, y: Scale) -> Markup:
    """Names beside the points, first come first served: one that would cover another is left to the tooltip."""
    taken: list[tuple[float, float, float, float]] = []
    written = Markup("")
    for point in points:
        text = point.label if len(point.label) <= 28 else point.label[:27] + "…"
        left, top, width = x.at(point.latency_ms), y.at(point.throughput_fps), LETTER * len(text)
        beside, before = left + 7, left - 7 - width
        for place_x, place_y in product((beside, before), (top - 6, top + 15)):
            box = (place_x - 2, place_y - 10, place_x + width + 2, place_y + 3)
            inside = box[0] >= LEFT and box[2] <= x.end + 8 and box[1] >= 0
            if inside and not any(_overlap(box, other) for other in taken):
                taken.append(box)
                written += Markup('<text x="{:.1f}" y="{:.1f}">{}</text>').format(place_x, place_y, text)
                break
        taken.append((left - 5, top - 5, left + 5, top + 5))
    return written


def _overlap(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def roofline(
    spots: Sequence[Spot], memory_gbps: float, peaks: Sequence[tuple[str, float]], width: int = WIDE
) -> Markup:
    """Layers under the ceilings: FLOP for each byte against achieved GFLOP/s, both logarithmic. The area of a spot is
    the layer's share of the time. `peaks`: (precision, GFLOP/s)."""
    ridges = [peak / memory_gbps for _, peak in peaks]
    x = logarithmic([*(spot.intensity for spot in spots), *ridges], LEFT, width - RIGHT)
    y = logarithmic([*(spot.gflops for spot in spots), *(peak for _, peak in peaks)], HEIGHT - BOTTOM, TOP)
    parts = [_axes(x, y, "FLOP for each byte", "achieved, GFLOP/s")]
    # The roof of the memory, from where it enters the paper to the highest peak.
    top = max((peak for _, peak in peaks), default=y.high)
    enters, ends = max(x.low, y.low / memory_gbps), min(x.high, top / memory_gbps)
    parts.append(_roof(x, y, (enters, enters * memory_gbps), (ends, ends * memory_gbps)))
    for name, peak in peaks:
        ridge = min(max(peak / memory_gbps, x.low), x.high)
        parts.append(_roof(x, y, (ridge, peak), (x.high, peak)))
        parts.append(
            Markup('<text class="end" x="{}" y="{}">{} {}</text>').format(
                width - RIGHT, y.at(peak) - 4, name, figure(peak, "GFLOP/s")
            )
        )
    label_at = math.sqrt(enters * ends)
    parts.append(
        Markup('<text class="end" x="{}" y="{}">memory {}</text>').format(
            x.at(label_at) - 8, y.at(label_at * memory_gbps) - 4, figure(memory_gbps, "GB/s")
        )
    )
    for spot in sorted(spots, key=lambda spot: -spot.share):
        radius = round(2.5 + 14 * math.sqrt(max(spot.share, 0.0)), 1)
        told = f"{spot.label}: {figure(spot.gflops, 'GFLOP/s')} at {figure(spot.intensity)} FLOP/byte, "
        told += f"{percent(spot.share)} of the time{spot.note}"
        parts.append(
            Markup('<g class="s{} spot"><title>{}</title><circle cx="{}" cy="{}" r="{}"/></g>').format(
                spot.series % SERIES, told, x.at(spot.intensity), y.at(spot.gflops), radius
            )
        )
    return _svg(parts, (width, HEIGHT), "Roofline: layers by FLOP for each byte and achieved GFLOP/s")


def _roof(x: Scale, y: Scale, start: tuple[float, float], end: tuple[float, float]) -> Markup:
    return Markup('<line class="roof" x1="{}" y1="{}" x2="{}" y2="{}"/>').format(
        x.at(start[0]), y.at(start[1]), x.at(end[0]), y.at(end[1])
    )


def stacked(parts: Sequence[Part], width: int = WIDE) -> Markup:
    """One bar of shares."""
    total = sum(part.share for part in parts) or 1.0
    drawn, left = [], 0.0
    for part in parts:
        part_width = width * part.share / total
        drawn.append(
            Markup('<rect class="s{}" x="{:.2f}" y="0" width="{:.2f}" height="22"><title>{}</title></rect>').format(
                part.series % SERIES, left, max(part_width - 1, 0.4), f"{part.label}: {percent(part.share)}{part.note}"
            )
        )
        left += part_width
    return _svg(
        drawn, (width, 22), "Share of the time: " + ", ".join(f"{part.label} {percent(part.share)}" for part in parts)
    )


def ratio_lines(lines: Sequence[RatioLine], width: int = WIDE) -> Markup:
    """Figures against the first side on one logarithmic scale of ratios, with their 95 % intervals."""
    left, step = 190, 22
    height = TOP + step * len(lines) + BOTTOM
    reach = [line.ratio for line in lines] + [bound for line in lines for bound in line.ci95 or ()]
    x = ratios(reach, left, width - 78)
    bottom = height - BOTTOM
    parts = []
    for tick in x.ticks:
        parts.append(_down("one" if tick == 1 else "grid", x.at(tick), TOP, bottom, f"{tick:.2g}"))
    parts.append(
        Markup('<text class="mid" x="{}" y="{}">against A, × (bars: 95 % interval)</text>').format(
            (left + width - 78) / 2, height - 8
        )
    )
    for place, line in enumerate(lines):
        top = TOP + step * (place + 0.5)
        bar = Markup("")
        if line.ci95:
            bar = Markup('<line x1="{}" x2="{}" y1="{}" y2="{}"/>').format(
                x.at(line.ci95[0]), x.at(line.ci95[1]), top, top
            )
        verdict = "" if line.good is None else " better" if line.good else " worse"
        sure = "" if line.ci95 else " unsure"
        told = f"{line.label}: {ratio(line.ratio)}"
        if line.ci95:
            told += f", 95 % interval {ratio(line.ci95[0])} to {ratio(line.ci95[1])}"
        parts.append(
            Markup(
                '<text class="end" x="{}" y="{}">{}</text><g class="s{}{}"><title>{}</title>{}'
                '<circle cx="{}" cy="{}" r="4"/></g><text class="value{}" x="{}" y="{}">{}</text>'
            ).format(
                left - 10, top + 4, line.label, line.series % SERIES, sure, told, bar, x.at(line.ratio), top,
                verdict, width - 66, top + 4, ratio(line.ratio),
            )
        )  # fmt: skip
    told = ", ".join(f"{line.label} {ratio(line.ratio)}" for line in lines)
    return _svg(parts, (width, height), f"Ratios against side A: {told}")


def grouped_bars(
    labels: Sequence[str], series: Sequence[Sequence[float | None]], unit: str, width: int = HALF
) -> Markup:
    """Bars for each label, one for each series, on one scale."""
    left, bar, gap = 150, 11, 9
    group = bar * len(series) + gap
    height = TOP + group * len(labels) + BOTTOM
    x = linear([value for each in series for value in each if value is not None], left, width - 74)
    bottom = height - BOTTOM
    parts = [_down("grid", x.at(tick), TOP, bottom, figure(tick)) for tick in x.ticks]
    parts.append(Markup('<text class="mid" x="{}" y="{}">{}</text>').format((left + width - 74) / 2, height - 8, unit))
    for row, label in enumerate(labels):
        top = TOP + group * row + gap / 2
        short = label if len(label) <= 22 else label[:21] + "…"
        parts.append(
            Markup('<text class="end" x="{}" y="{:.1f}"><title>{}</title>{}</text>').format(
                left - 8, top + bar * len(series) / 2 + 4, label, short
            )
        )
        for place, values in enumerate(series):
            value = values[row]
            if value is None:
                continue
            parts.append(
                Markup(
                    '<rect class="s{}" x="{}" y="{:.1f}" width="{:.2f}" height="{}"><title>{}</title></rect>'
                    '<text class="small" x="{:.1f}" y="{:.1f}">{}</text>'
                ).format(
                    place % SERIES, left, top + bar * place, max(x.at(value) - left, 0.4), bar - 2,
                    f"{label}: {figure(value)} {unit}", x.at(value) + 5, top + bar * place + 8, figure(value),
                )
            )  # fmt: skip
    return _svg(parts, (width, height), f"Bars of {unit} for " + ", ".join(labels))


def _axes(x: Scale, y: Scale, x_title: str, y_title: str) -> Markup:
    drawn = Markup("")
    for tick in y.ticks:
        drawn += Markup(
            '<line class="grid" x1="{0}" x2="{1}" y1="{2}" y2="{2}"/><text class="end" x="{3}" y="{4}">{5}</text>'
        ).format(LEFT, x.end, y.at(tick), LEFT - 8, y.at(tick) + 4, figure(tick))
    for tick in x.ticks:
        drawn += _down("grid", x.at(tick), TOP, HEIGHT - BOTTOM, figure(tick))
    drawn += Markup('<text class="mid" x="{}" y="{}">{}</text>').format((LEFT + x.end) / 2, HEIGHT - 8, x_title)
    return drawn + Markup('<text class="mid" transform="rotate(-90 12 {0})" x="12" y="{0}">{1}</text>').format(
        (TOP + HEIGHT - BOTTOM) / 2, y_title
    )


def _down(kind: str, x: float, top: float, bottom: float, text: str) -> Markup:
    """A line of the grid from top to bottom, with its value below."""
    return Markup(
        '<line class="{0}" x1="{1}" x2="{1}" y1="{2}" y2="{3}"/><text class="mid" x="{1}" y="{4}">{5}</text>'
    ).format(kind, x, top, bottom, bottom + 16, text)


def _svg(parts: Iterable[Markup], size: tuple[float, float], label: str) -> Markup:
    return Markup('<svg viewBox="0 0 {:g} {:g}" style="max-width:{:g}px" role="img" aria-label="{}">{}</svg>').format(
        *size, size[0], label, Markup("").join(parts)
    )
