"""VGGFace2: a CSV with five landmarks a picture, perhaps one with boxes; pictures in a folder for each person."""

from workbench.datasets.formats import splits
from workbench.datasets.formats.annotations import Annotations, Box, Check, Finding, Format, Sample
from workbench.datasets.formats.csv_table import columns, number_of, rows
from workbench.datasets.formats.tree import FileTree, base, folder_of, stem
from workbench.datasets.problems import Problems

LANDMARK_COLUMNS = ("NAME_ID", *(f"P{point}{axis}" for point in range(1, 6) for axis in "XY"))
BOX_COLUMNS = ("NAME_ID", "X", "Y", "W", "H")


def _tables(tree: FileTree, wanted: tuple[str, ...]) -> list[str]:
    """CSV files with these columns."""
    return [name for name in tree.with_suffix(".csv") if tuple(map(str.upper, columns(tree, name))) == wanted]


def examine(tree: FileTree, asked: bool) -> Finding:
    if not tree.images:
        return Finding(False, "there are no pictures (png, jpg, bmp, gif, tif, webp)")
    found = _tables(tree, LANDMARK_COLUMNS)
    if not found:
        return Finding(False, "there is no .csv file with the 11 columns NAME_ID, P1X, P1Y, … P5Y")
    chosen = splits.preferred(found)
    if len(chosen) > 1:
        return Finding(False, f"there are several tables of landmarks: {', '.join(chosen[:3])}; keep one")
    return Finding(True, f"{chosen[0]} has five landmarks for each picture", chosen[0])


def read(tree: FileTree, finding: Finding, problems: Problems) -> Annotations:
    file = finding.file or ""
    boxes, box_file = _boxes(tree, problems)
    pictures = {f"{base(folder_of(name))}/{stem(name)}": name for name in tree.images}
    samples: list[Sample] = []
    persons: dict[str, int] = {}
    lines: dict[str, int] = {}
    missing = 0
    for line, cells in rows(tree, file, len(LANDMARK_COLUMNS), problems, header=True):
        values = [number_of(cell) for cell in cells[1:]]
        numbers = [value for value in values if value is not None]
        name = cells[0]
        if len(numbers) != len(values):
            wrong = cells[1 + values.index(None)]
            problems.error(file, f"{wrong[:40]!r} is not a number", "write x and y in pixels", line)
        elif name in lines:
            problems.error(file, f"{name[:100]!r} is in line {lines[name]} already", "remove one line", line)
        elif (image := pictures.get(name)) is None:
            missing += 1
            problems.warning(file, f"the picture {name[:200]} is not there", "add it or remove the line", line)
        else:
            lines[name] = line
            person = persons.setdefault(name.rpartition("/")[0], len(persons))
            points = list(zip(numbers[::2], numbers[1::2], strict=True))
            sample = Sample(image, file, line, landmarks=points, identity=person)
            if name in boxes:
                sample.boxes = [Box(0, boxes[name])]
            samples.append(sample)
    if not samples and not problems.error_count:
        problems.error(file, "no picture of this list is there", "put pictures in a folder for each person")
    listed = len(samples) + missing
    checks = [
        Check("landmarks", True, f"{file}, {listed:,} pictures"),
        Check("listed pictures", missing == 0, f"{len(samples):,} of {listed:,} are there"),
        Check("boxes", True, f"from {box_file}" if box_file else "none"),
    ]
    labels = ["face"] if any(sample.boxes for sample in samples) else None
    return Annotations(["landmarks"], labels, samples, checks, identities=list(persons))


def _boxes(tree: FileTree, problems: Problems) -> tuple[dict[str, tuple[float, float, float, float]], str | None]:
    tables = splits.preferred(_tables(tree, BOX_COLUMNS))
    found: dict[str, tuple[float, float, float, float]] = {}
    for file in tables:
        for line, cells in rows(tree, file, len(BOX_COLUMNS), problems, header=True):
            x, y, width, height = (number_of(cell) for cell in cells[1:])
            if x is None or y is None or width is None or height is None:
                problems.error(file, "x, y, width and height are not all numbers", "write pixels", line)
            elif width <= 0 or height <= 0:
                problems.error(file, "the box has no area", "write x, y, width and height", line)
            else:
                found[cells[0]] = (x, y, width, height)
    return found, tables[0] if tables else None


FORMAT = Format("vggface2", examine, read)
