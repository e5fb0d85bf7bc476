"""ImageNet with a text file: pictures, and one list with the line `name index` for each."""

import re

from workbench.datasets.formats import splits
from workbench.datasets.formats.annotations import Annotations, Check, Finding, Format, Sample
from workbench.datasets.formats.labels import MAX_LABELS, find_labels, is_label_file
from workbench.datasets.formats.tree import FileTree, folder_of, suffix
from workbench.datasets.image_header import SUFFIXES
from workbench.datasets.problems import Problems

LOOKED_AT = 20
_NUMBER = re.compile(r"[0-9]{1,9}")
_FIX = 'write "name index"'


def _named(line: str) -> tuple[str, str | None]:
    """The picture's name, which may have blanks in it, and the text behind it."""
    name, _, last = line.rpartition(" ") if "\t" not in line else line.rpartition("\t")
    if name and suffix(last) not in SUFFIXES:
        return name.strip(), last.strip()
    return line.strip(), None


def _is_listing(tree: FileTree, name: str) -> bool | None:
    """True for lines `picture index`, None for pictures without index, False for anything else."""
    lines = [_named(line) for line in tree.head(name, LOOKED_AT)]
    pictures = [text for picture, text in lines if suffix(picture) in SUFFIXES]
    if not lines or len(pictures) * 2 < len(lines):
        return False
    return True if any(text is not None for text in pictures) else None


def lists_pictures(tree: FileTree, name: str) -> bool:
    """True for a text file that names pictures, with or without a class index."""
    return not is_label_file(name) and _is_listing(tree, name) is not False


def examine(tree: FileTree, asked: bool) -> Finding:
    candidates = [name for name in tree.with_suffix(".txt") if not is_label_file(name)]
    kinds = {name: _is_listing(tree, name) for name in candidates}
    listings = [name for name, kind in kinds.items() if kind]
    without_index = [name for name, kind in kinds.items() if kind is None]
    if not tree.images:
        return Finding(False, "there are no pictures (png, jpg, bmp, gif, tif, webp)")
    if not listings and without_index:
        return Finding(False, f'{without_index[0]} lists pictures but has no class index behind them ("name index")')
    if not listings:
        return Finding(False, 'there is no .txt file with lines "name index"')
    chosen = splits.preferred(listings)
    if len(chosen) > 1:
        return Finding(False, f'more than one .txt file has lines "name index": {", ".join(chosen[:3])}; keep one')
    reason = f"{chosen[0]} lists pictures with their class index"
    others = [name for name in listings if name != chosen[0]]
    return Finding(True, reason + (f" (not used: {', '.join(others[:5])})" if others else ""), chosen[0])


def read(tree: FileTree, finding: Finding, problems: Problems) -> Annotations:
    listing = finding.file or ""
    given = find_labels(tree, problems)
    samples, missing = _read_lines(tree, listing, len(given.names) if given else None, problems)
    listed = len(samples) + missing
    checks = [
        Check("list of samples", True, f"{listing}, {listed:,} lines"),
        Check("listed pictures", missing == 0, f"{len(samples):,} of {listed:,} are there"),
    ]
    if given is not None:
        checks.append(Check("label names", True, f"from {given.source}"))
    else:
        checks.append(Check("label names", False, "none; add synset_words.txt, labels.txt or dataset_meta.json"))
    return Annotations(["classification"], given.names if given else None, samples, checks)


def _read_lines(tree: FileTree, listing: str, label_count: int | None, problems: Problems) -> tuple[list[Sample], int]:
    samples: list[Sample] = []
    missing = 0
    first_line: dict[str, int] = {}
    most = MAX_LABELS if label_count is None else label_count
    folders = (folder_of(listing), "")
    for number, line in enumerate(tree.read_text(listing).splitlines(), 1):
        if not line.strip():
            continue
        name, text = _named(line.strip())
        if text is None:
            problems.error(listing, "class index is missing", _FIX, number)
        elif _NUMBER.fullmatch(text) is None:
            problems.error(listing, f"class index {text[:40]!r} is not a whole number", _FIX, number)
        elif int(text) >= most:
            fix = "add the name" if label_count is not None else f"use an index below {MAX_LABELS:,}"
            problems.error(listing, f"class index {text} is beyond the last of {most:,} labels", fix, number)
        elif ".." in name.split("/") or name.startswith("/"):
            problems.error(listing, f"the path {name[:100]!r} leads out of the dataset", _FIX, number)
        elif (image := tree.find_image(name, *folders)) is None:
            missing += 1
            problems.warning(listing, f"the picture {name[:200]} is not there", "add it or remove the line", number)
        elif image in first_line:
            problems.error(
                listing, f"{name[:200]} is listed in line {first_line[image]} already", "remove one line", number
            )
        else:
            first_line[image] = number
            samples.append(Sample(image=image, file=listing, line=number, label=int(text)))
    return samples, missing


FORMAT = Format("imagenet_txt", examine, read)
