"""Open Images: a CSV of boxes with 13 columns, a CSV with the names of classes, pictures called by their ids.

https://storage.googleapis.com/openimages/web/download_v7.html; the boxes of the training part have more columns.
"""

from workbench.datasets.formats import splits
from workbench.datasets.formats.annotations import Annotations, Box, Check, Finding, Format, Sample
from workbench.datasets.formats.csv_table import columns, number_of, rows
from workbench.datasets.formats.labels import check_names, find_labels
from workbench.datasets.formats.tree import FileTree, stem
from workbench.datasets.problems import Problems

COLUMNS = (
    "ImageID", "Source", "LabelName", "Confidence", "XMin", "XMax", "YMin", "YMax", "IsOccluded", "IsTruncated",
    "IsGroupOf", "IsDepiction", "IsInside",
)  # fmt: skip
# Two columns, with a header in version 7.
_NAMES_HEADER = ["LabelName", "DisplayName"]


def examine(tree: FileTree, asked: bool) -> Finding:
    if not tree.images:
        return Finding(False, "there are no pictures (png, jpg, bmp, gif, tif, webp)")
    tables = [name for name in tree.with_suffix(".csv") if tuple(columns(tree, name)[: len(COLUMNS)]) == COLUMNS]
    if not tables:
        return Finding(False, "there is no .csv file with the 13 columns ImageID, Source, LabelName, … IsInside")
    chosen = splits.preferred(tables)
    if len(chosen) > 1:
        return Finding(False, f"several files list boxes: {', '.join(chosen[:3])}; keep one")
    names = _name_tables(tree)
    if len(names) != 1:
        have = "no" if not names else "more than one"
        return Finding(False, f"there is {have} .csv file with the 2 columns id of a class, name (class-descriptions)")
    return Finding(True, f"{chosen[0]} lists boxes, {names[0]} names the classes", chosen[0])


def _name_tables(tree: FileTree) -> list[str]:
    found = []
    for name in tree.with_suffix(".csv"):
        head = columns(tree, name)
        if len(head) == 2 and (head == _NAMES_HEADER or head[0].startswith("/m/") or "class" in stem(name).lower()):
            found.append(name)
    return found


def read(tree: FileTree, finding: Finding, problems: Problems) -> Annotations:
    file = finding.file or ""
    names_file = _name_tables(tree)[0]
    ids, names = _names(tree, names_file, problems)
    check_names(names, names_file, problems)
    pictures = {stem(name): name for name in tree.images}
    found: dict[str, Sample] = {}
    absent: set[str] = set()
    for line, cells in rows(tree, file, len(COLUMNS), problems, header=True, more=True):
        box = parse_box(cells, ids)
        image = pictures.get(cells[0])
        if isinstance(box, str):
            problems.error(file, box, "correct the row", line)
        elif image is None:
            if cells[0] not in absent:
                absent.add(cells[0])
                problems.warning(file, f"the picture {cells[0][:100]} is not there", "add it or remove its rows", line)
        else:
            sample = found.setdefault(cells[0], Sample(image, file, line, boxes=[], relative=True))
            if sample.boxes is not None:
                sample.boxes.append(box)
    samples = [found[name] for name in sorted(found)]
    if not samples and not problems.error_count:
        problems.error(
            file, "no picture of this list is there", "call pictures by their ids, like 0001eeaf4aed83f9.jpg"
        )
    given = find_labels(tree, problems)
    if given is not None and len(given.names) != len(names):
        have = f"there are {len(given.names):,} labels, the classes are {len(names):,}"
        problems.error(given.source, have, "name every class")
    listed = len(samples) + len(absent)
    boxes = sum(len(sample.boxes or ()) for sample in samples)
    checks = [
        Check("list of boxes", True, f"{file}, {boxes:,} boxes"),
        Check("listed pictures", not absent, f"{len(samples):,} of {listed:,} are there"),
        Check("label names", True, f"from {given.source if given is not None else names_file}"),
    ]
    return Annotations(["detection"], given.names if given is not None else names, samples, checks)


def _names(tree: FileTree, name: str, problems: Problems) -> tuple[dict[str, int], list[str]]:
    ids: dict[str, int] = {}
    names: list[str] = []
    for line, cells in rows(tree, name, 2, problems, header=columns(tree, name) == _NAMES_HEADER):
        if cells[0] in ids:
            problems.error(name, f"the class {cells[0][:60]} is there twice", "remove one row", line)
        else:
            ids[cells[0]] = len(names)
            names.append(cells[1])
    return ids, names


def parse_box(cells: list[str], ids: dict[str, int]) -> Box | str:
    """The box of a row in shares of the picture, or what is wrong."""
    label = ids.get(cells[2])
    if label is None:
        return f"the class {cells[2][:60]!r} has no name"
    left, right, top, bottom = (number_of(cell) for cell in cells[4:8])
    if left is None or right is None or top is None or bottom is None:
        return "XMin, XMax, YMin and YMax are not all numbers"
    if not all(0 <= value <= 1 for value in (left, right, top, bottom)):
        return "XMin, XMax, YMin and YMax are not all from 0 to 1"
    if right <= left or bottom <= top:
        return "the box ends before it begins"
    return Box(label, (left, top, right - left, bottom - top), crowd=cells[10] == "1")


FORMAT = Format("open_images", examine, read)
