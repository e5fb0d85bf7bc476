"""Values as people read them, each with its unit."""

from datetime import datetime


def size(count: float | None) -> str | None:
    """Bytes in decimal units: `13.4 MB`."""
    if count is None:
        return None
    value, unit = float(count), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if abs(value) < 999.95:
            break
        value, unit = value / 1000, larger
    return f"{value:.0f} B" if unit == "B" else f"{value:.1f} {unit}"


def figure(value: float | None, unit: str = "") -> str | None:
    """About four significant digits: `1,235`, `123.5`, `12.35`, `0.1235`."""
    if value is None:
        return None
    digits = next(
        (digits for bound, digits in ((999.95, 0), (99.995, 1), (9.9995, 2), (0.99995, 3)) if abs(value) >= bound), 4
    )
    return f"{value:,.{digits}f}{' ' + unit if unit else ''}"


def interval(bounds: list[float] | None) -> str | None:
    """A confidence interval: `1,204 to 1,231`."""
    return None if bounds is None else f"{figure(bounds[0])} to {figure(bounds[1])}"


def share(value: float | None) -> str | None:
    return None if value is None else f"{value * 100:.1f} %"


def seconds(value: float | None) -> str | None:
    """A span of time: `8 s`, `2 min 05 s`, `1 h 01 min`."""
    if value is None:
        return None
    whole = round(value)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min"


def moment(text: str | None) -> str | None:
    """A time of the API (ISO 8601, UTC) on the clock of this machine."""
    return None if text is None else datetime.fromisoformat(text).astimezone().strftime("%Y-%m-%d %H:%M")


def words(name: str | None) -> str | None:
    """A name of the API as text: `object_detection` → `object detection`."""
    return None if name is None else name.replace("_", " ")


def shape(dimensions: list[int | str] | None) -> str:
    return "any" if dimensions is None else "[" + ", ".join(str(size) for size in dimensions) + "]"
