"""Numbers as people read them in reports, each with its unit."""

import math

NOTHING = "–"


def figure(value: float | None, unit: str = "") -> str:
    """About four significant digits: `1,235`, `123.5`, `12.35`, `0.1235`; small ones as `1.2e-05`."""
    if value is None or not math.isfinite(value):
        return NOTHING
    size = abs(value)
    if value == int(value) and size < 1000:
        text = f"{value:.0f}"
    elif size and size < 0.001:
        text = f"{value:.2g}"
    else:
        bounds = ((999.95, 0), (99.995, 1), (9.9995, 2), (0.99995, 3))
        text = f"{value:,.{next((digits for bound, digits in bounds if size >= bound), 4)}f}"
    return f"{text} {unit}" if unit else text


def size(count: float | None) -> str:
    """Bytes in decimal units: `13.4 MB`."""
    if count is None:
        return NOTHING
    value, unit = float(count), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if abs(value) < 999.95:
            break
        value, unit = value / 1000, larger
    return f"{value:.0f} B" if unit == "B" else f"{value:.1f} {unit}"


def percent(part: float | None) -> str:
    """`12.3 %`"""
    return NOTHING if part is None else f"{100 * part:.1f} %"


def with_unit(value: float | None, unit: str) -> str:
    return size(value) if unit == "bytes" else figure(value, unit)


def half_width(value: float | None, ci95: list[float] | None) -> str:
    """`± 1.2`: the wider half of an interval."""
    if value is None or ci95 is None:
        return ""
    half = max(value - ci95[0], ci95[1] - value)
    return f"± {half:,.0f}" if half >= 10 else f"± {half:.2g}"


def signed(value: float | None, unit: str = "") -> str:
    """`+12.3`, `−4.5`"""
    if value is None or not math.isfinite(value):
        return NOTHING
    return f"{'−' if value < 0 else '+' if value > 0 else ''}{with_unit(abs(value), unit)}"


def ratio(value: float | None) -> str:
    """`1.74 ×`"""
    if value is None or not math.isfinite(value):
        return NOTHING
    if value >= 99.995:
        return f"{value:,.0f} ×"
    return f"{value:.2f} ×" if value >= 0.0995 else f"{value:.2g} ×"


def words(name: str | None) -> str:
    """A name of the API as text: `object_detection` → `object detection`."""
    return NOTHING if name is None else name.replace("_", " ")
