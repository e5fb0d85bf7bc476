"""Which pictures are made beside each original, without looking at one: so the number is known before any work."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["flip", "erase", "noise", "light", "rotate", "blur", "jpeg"]


@dataclass(frozen=True)
class Step:
    """One new picture for each original.

    `key` names it in files and is part of its seed, `title` names it for people. `again` marks a further one of those
    that differ by chance alone.
    """

    kind: Kind
    key: str
    title: str
    values: tuple[float, ...] = ()
    again: bool = False


def plan(wanted: Mapping[str, Any]) -> list[Step]:
    """The pictures that `schemas.Augmentations`, as JSON, asks for."""
    steps = []
    if wanted.get("flip_horizontal"):
        steps.append(Step("flip", "flip-horizontal", "Flipped left to right", (1,)))
    if wanted.get("flip_vertical"):
        steps.append(Step("flip", "flip-vertical", "Flipped upside down", (0,)))
    if erase := wanted.get("erase"):
        steps += _repeated("erase", f"Erased {100 * erase['share']:g} %", erase)
    if noise := wanted.get("noise"):
        steps += _repeated("noise", f"Salt and pepper {100 * noise['share']:g} %", noise)
    for light in wanted.get("light") or ():
        brightness, contrast = light["brightness"], light["contrast"]
        title = f"Brightness {brightness:g}, contrast {contrast:g}"
        steps.append(Step("light", f"light-{brightness:g}-{contrast:g}", title, (brightness, contrast)))
    for degrees in wanted.get("rotations_deg") or ():
        steps.append(Step("rotate", f"rotate-{degrees:g}", f"Rotated by {degrees:g}°", (degrees,)))
    for sigma in wanted.get("blur_sigmas") or ():
        steps.append(Step("blur", f"blur-{sigma:g}", f"Blurred, σ {sigma:g} px", (sigma,)))
    for quality in wanted.get("jpeg_qualities") or ():
        steps.append(Step("jpeg", f"jpeg-{quality}", f"JPEG quality {quality}", (quality,)))
    return steps


def _repeated(kind: Literal["erase", "noise"], title: str, wanted: Mapping[str, Any]) -> list[Step]:
    numbers = range(1, wanted["images"] + 1)
    return [Step(kind, f"{kind}-{number}", title, (wanted["share"],), number > 1) for number in numbers]
