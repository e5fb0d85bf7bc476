"""Common Super-Resolution: folders LR and HR with the same names, and perhaps upsampled."""

import re
from collections import defaultdict

from workbench.datasets.formats.annotations import Annotations, Check, Finding, Format, Sample
from workbench.datasets.formats.tree import FileTree, folder_of, stem
from workbench.datasets.problems import Problems

LOW, HIGH, UPSAMPLED = "lr", "hr", "upsampled"
# What tools put behind the name: 0001x4, 0001_LR, baby_upsampled.
_ENDING = re.compile(r"(?:[_-]?(?:lr|hr|upsampled|bicubic)|[_-]?x[2-9])+$", re.IGNORECASE)


def examine(tree: FileTree, asked: bool) -> Finding:
    if not tree.images:
        return Finding(False, "there are no pictures (png, jpg, bmp, gif, tif, webp)")
    folders = _folders(tree)
    missing = [name.upper() for name in (LOW, HIGH) if name not in folders]
    if missing:
        return Finding(False, f"there is no folder {missing[0]}")
    return Finding(True, f"{len(folders[LOW]):,} pictures in LR, {len(folders[HIGH]):,} in HR")


def _folders(tree: FileTree) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for name in tree.images:
        for part in folder_of(name).lower().split("/"):
            if part in (LOW, HIGH, UPSAMPLED):
                found[part].append(name)
                break
    return found


def _key(name: str) -> str:
    return _ENDING.sub("", stem(name)).lower() or stem(name).lower()


def _by_key(names: list[str], problems: Problems) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in names:
        other = found.setdefault(_key(name), name)
        if other != name:
            problems.error(name, f"its name is the same as that of {other}", "give every picture its own name")
    return found


def read(tree: FileTree, finding: Finding, problems: Problems) -> Annotations:
    folders = _folders(tree)
    low = _by_key(folders[LOW], problems)
    high = _by_key(folders[HIGH], problems)
    larger = _by_key(folders.get(UPSAMPLED, []), problems)
    samples = []
    for key, image in low.items():
        target = high.get(key)
        if target is None:
            problems.warning(image, "there is no picture of the same name in HR", "add it")
        elif larger and key not in larger:
            problems.warning(image, "there is no picture of the same name in upsampled", "add it")
        else:
            samples.append(Sample(image, image, target=target, upsampled=larger.get(key)))
    for key, target in high.items():
        if key not in low:
            problems.warning(target, "there is no picture of the same name in LR", "add it")
    if not samples:
        problems.error(folders[LOW][0], "no picture of LR has one in HR with the same name", "give both the same name")
    listed = len(low.keys() | high.keys())
    checks = [
        Check("pairs of pictures", len(samples) == listed, f"{len(samples):,} of {listed:,} are complete"),
        Check("enlarged beforehand", True, f"{len(larger):,} pictures in upsampled" if larger else "none"),
    ]
    return Annotations(["super_resolution"], None, samples, checks)


FORMAT = Format("common_super_resolution", examine, read)
