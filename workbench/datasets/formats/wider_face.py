"""WIDER FACE: wider_face_…_bbx_gt.txt with the path of a picture, the number of its faces, and a line for each.

http://shuoyang1213.me/WIDERFACE/: x, y, width, height, blur, expression, illumination, invalid, occlusion, pose.
"""

from collections.abc import Iterator

from workbench.datasets.formats import splits
from workbench.datasets.formats.annotations import Annotations, Box, Check, Finding, Format, Sample
from workbench.datasets.formats.csv_table import number_of
from workbench.datasets.formats.labels import find_labels
from workbench.datasets.formats.tree import FileTree, folder_of, suffix
from workbench.datasets.image_header import SUFFIXES
from workbench.datasets.problems import Problems

COLUMNS = 10
_INVALID = 7
_ORDER = "write the path, then the number of faces, then a line for each"
WRITE = 'write "x y width height blur expression illumination invalid occlusion pose"'


def _seems(tree: FileTree, name: str) -> bool:
    head = tree.head(name, 3)
    return len(head) == 3 and suffix(head[0]) in SUFFIXES and head[1].isdecimal() and len(head[2].split()) >= 4


def examine(tree: FileTree, asked: bool) -> Finding:
    if not tree.images:
        return Finding(False, "there are no pictures (png, jpg, bmp, gif, tif, webp)")
    texts = tree.with_suffix(".txt")
    found = [name for name in texts if "bbx_gt" in name.lower()] or [name for name in texts if _seems(tree, name)]
    if not found:
        return Finding(False, "there is no wider_face_…_bbx_gt.txt with a picture, the number of its faces, and boxes")
    chosen = splits.preferred(found)
    if len(chosen) > 1:
        return Finding(False, f"several files list faces: {', '.join(chosen[:3])}; keep one")
    return Finding(True, f"{chosen[0]} lists faces", chosen[0])


def read(tree: FileTree, finding: Finding, problems: Problems) -> Annotations:
    file = finding.file or ""
    given = find_labels(tree, problems)
    label = given.number("face") if given is not None else 0
    if given is not None and label is None:
        problems.error(given.source, "there is no label 'face'", "add it")
    samples: list[Sample] = []
    missing = 0
    seen: dict[str, int] = {}
    # Paths begin with the folder of the event.
    folders = ["", *sorted({folder_of(folder_of(name)) for name in tree.images})]
    for name, line, faces in entries(tree.read_text(file).splitlines(), file, problems):
        if name.startswith("/") or ".." in name.split("/"):
            problems.error(file, f"the path {name[:100]!r} leads out of the dataset", "write event/picture.jpg", line)
        elif (image := tree.find_image(name, *folders)) is None:
            missing += 1
            problems.warning(file, f"the picture {name[:200]} is not there", "add it or remove its lines", line)
        elif image in seen:
            problems.error(file, f"{name[:200]} is in line {seen[image]} already", "remove one", line)
        else:
            seen[image] = line
            for box in faces:
                box.label = label or 0
            samples.append(Sample(image, file, line, boxes=faces))
    boxes = sum(len(sample.boxes or ()) for sample in samples)
    if not boxes and not problems.error_count:
        problems.error(file, "no picture that is there has a face", "add the pictures below images")
    listed = len(samples) + missing
    checks = [
        Check("list of faces", True, f"{file}, {listed:,} pictures"),
        Check("listed pictures", missing == 0, f"{len(samples):,} of {listed:,} are there"),
        Check("objects", True, f"{boxes:,} faces; those marked invalid count as difficult"),
    ]
    return Annotations(["detection"], given.names if given is not None else ["face"], samples, checks)


def entries(lines: list[str], file: str, problems: Problems) -> Iterator[tuple[str, int, list[Box]]]:
    """Picture, line and faces of each entry; mistakes are errors."""
    at = 0
    while at < len(lines):
        name, start = lines[at].strip(), at + 1
        at += 1
        if not name:
            continue
        count = lines[at].strip() if at < len(lines) else ""
        if suffix(name) not in SUFFIXES:
            problems.error(file, f"{name[:60]!r} is not the path of a picture", _ORDER, start)
            at = _next_picture(lines, at)
            continue
        if not (count.isascii() and count.isdecimal() and len(count) <= 6):
            problems.error(file, f"{count[:40]!r} is not the number of faces", "write how many lines follow", at + 1)
            at = _next_picture(lines, at)
            continue
        at += 1
        faces: list[Box] = []
        # A picture without faces has one line of zeros all the same.
        for _ in range(max(int(count), 1)):
            text = lines[at].strip() if at < len(lines) else ""
            if not text or suffix(text) in SUFFIXES:
                if int(count):
                    problem = f"there are fewer faces than the {count} of line {start + 1}"
                    problems.error(file, problem, "correct the number", at + 1)
                break
            _take(text, faces, file, at + 1, problems, counts=int(count) > 0)
            at += 1
        yield name, start, faces


def _take(text: str, faces: list[Box], file: str, line: int, problems: Problems, *, counts: bool) -> None:
    face = parse_face(text)
    if isinstance(face, str):
        problems.error(file, face, WRITE, line)
    elif counts and face.bbox[2] > 0 and face.bbox[3] > 0:
        faces.append(face)
    elif counts:
        problems.warning(file, "the box has no area; the face is left out", "correct it", line)


def _next_picture(lines: list[str], at: int) -> int:
    while at < len(lines) and suffix(lines[at].strip()) not in SUFFIXES:
        at += 1
    return at


def parse_face(line: str) -> Box | str:
    """The face of a line, or what is wrong."""
    words = line.split()
    if len(words) not in (4, COLUMNS):
        return f"there are {len(words)} values, not {COLUMNS}"
    values = [number_of(word) for word in words]
    numbers = [value for value in values if value is not None]
    if len(numbers) != len(values):
        return f"{words[values.index(None)][:40]!r} is not a number"
    if numbers[2] < 0 or numbers[3] < 0:
        return "the width or height is negative"
    invalid = len(numbers) == COLUMNS and numbers[_INVALID] == 1
    return Box(0, (numbers[0], numbers[1], numbers[2], numbers[3]), difficult=invalid)


FORMAT = Format("wider_face", examine, read)
