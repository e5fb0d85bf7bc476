"""LFW: pictures in a folder for each person, pairs.txt with who is the same, perhaps landmarks.

http://vis-www.cs.umass.edu/lfw/README.txt: `name n m` are two pictures of one person, `name n other m` of two.
"""

import re
from dataclasses import dataclass

from workbench.datasets.formats.annotations import Annotation, Annotations, Check, Finding, Format, Sample
from workbench.datasets.formats.csv_table import number_of
from workbench.datasets.formats.tree import FileTree, base, folder_of, stem
from workbench.datasets.problems import Problems

POINTS = 5
MAX_PAIRS = 5_000_000
WRITE = 'write "name 1 2" for the same person, "name 1 other 2" for two'

_COUNT = re.compile(r"\d{1,7}", re.ASCII)


class LineRefused(ValueError):
    """The line is no pair: what is wrong."""


@dataclass(frozen=True)
class Pair:
    """Two pictures: the name and number of each."""

    first: tuple[str, int]
    second: tuple[str, int]

    @property
    def same(self) -> bool:
        return self.first[0] == self.second[0]


def parse_header(line: str) -> tuple[int, int] | None:
    """How many folds and how many pairs of each kind in each; a single number is one fold. None for a pair."""
    words = line.split()
    if 1 <= len(words) <= 2 and all(map(_COUNT.fullmatch, words)):
        numbers = [int(word) for word in words]
        return (1, numbers[0]) if len(numbers) == 1 else (numbers[0], numbers[1])
    return None


def parse_pair(line: str) -> Pair:
    """Raises LineRefused."""
    words = [word.strip() for word in (line.split("\t") if "\t" in line else line.split())]
    if len(words) not in (3, 4):
        raise LineRefused(f"there are {len(words)} columns, not 3 or 4")
    for at in (1, len(words) - 1):
        if _COUNT.fullmatch(words[at]) is None:
            raise LineRefused(f"{words[at][:40]!r} is not the number of a picture")
    if not words[0] or not words[2]:
        raise LineRefused("a name is empty")
    if len(words) == 3:
        return Pair((words[0], int(words[1])), (words[0], int(words[2])))
    if words[0] == words[2]:
        raise LineRefused("four columns are two persons, but both have the same name")
    return Pair((words[0], int(words[1])), (words[2], int(words[3])))


def examine(tree: FileTree, asked: bool) -> Finding:
    if not tree.images:
        return Finding(False, "there are no pictures (png, jpg, bmp, gif, tif, webp)")
    found = [name for name in tree.with_suffix(".txt") if "pairs" in stem(name).lower()]
    if not found:
        return Finding(False, "there is no pairs.txt")
    if len(found) > 1:
        plain = [name for name in found if stem(name).lower() == "pairs"]
        if len(plain) != 1:
            return Finding(False, f"there are several lists of pairs: {', '.join(found[:3])}; keep one")
        found = plain
    return Finding(True, f"{found[0]} lists pairs of faces", found[0])


def read(tree: FileTree, finding: Finding, problems: Problems) -> Annotations:
    file = finding.file or ""
    pictures = {(base(folder_of(name)), stem(name)): name for name in tree.images}
    listed = _read_pairs(tree, file, problems)
    problems.refuse_errors()
    landmarks = _read_landmarks(tree, file, problems)
    samples: list[Sample] = []
    numbers: dict[str, int] = {}
    persons: dict[str, int] = {}
    pairs: list[tuple[int, int, int, int]] = []
    for line, pair, fold in listed:
        sides = (pair.first, pair.second)
        found = [(side, image) for side in sides if (image := _picture(pictures, *side)) is not None]
        if len(found) < 2:
            name, number = next(side for side in sides if _picture(pictures, *side) is None)
            fix = "add it, or remove the line"
            problems.warning(file, f"the picture {name[:100]}/{name[:100]}_{number:04d} is not there", fix, line)
            continue
        for (person, _), image in found:
            if image not in numbers:
                numbers[image] = len(samples)
                identity = persons.setdefault(person, len(persons))
                samples.append(Sample(image, file, line, identity=identity, landmarks=landmarks.get(_tail(image))))
        pairs.append((numbers[found[0][1]], numbers[found[1][1]], int(pair.same), fold))
    if not pairs:
        problems.error(file, "no pair has both pictures", "put every picture in a folder called like its person")
    annotation: list[Annotation] = ["face_pairs"]
    with_points = sum(sample.landmarks is not None for sample in samples)
    if with_points:
        annotation.append("landmarks")
    folds = len({fold for _, _, fold in listed})
    checks = [
        Check("list of pairs", True, f"{file}, {len(listed):,} pairs in {folds:,} folds"),
        Check("listed pictures", len(pairs) == len(listed), f"{len(pairs):,} of {len(listed):,} pairs have both"),
        Check("landmarks", True, f"{with_points:,} of {len(samples):,} pictures have them"),
    ]
    return Annotations(annotation, None, samples, checks, pairs=pairs, identities=list(persons))


def _picture(pictures: dict[tuple[str, str], str], person: str, number: int) -> str | None:
    return pictures.get((person, f"{person}_{number:04d}")) or pictures.get((person, str(number)))


def _tail(name: str) -> str:
    """The person's folder and the file."""
    return "/".join(name.split("/")[-2:])


def _read_pairs(tree: FileTree, file: str, problems: Problems) -> list[tuple[int, Pair, int]]:
    """Line, pair and fold."""
    lines = [(at, line) for at, line in enumerate(tree.read_text(file).splitlines(), 1) if line.strip()]
    header = parse_header(lines[0][1]) if lines else None
    if header is not None:
        if header[0] < 1 or header[1] < 1 or header[0] * header[1] * 2 > MAX_PAIRS:
            problems.error(file, "the number of folds or pairs is impossible", 'write "10 300"', lines[0][0])
            return []
        lines = lines[1:]
    found: list[tuple[int, Pair, int]] = []
    for number, line in lines:
        try:
            pair = parse_pair(line.strip())
        except LineRefused as error:
            problems.error(file, str(error), WRITE, number)
            continue
        fold, place = divmod(len(found), 2 * header[1]) if header is not None else (0, 0)
        if header is not None and pair.same != (place < header[1]):
            kind = "two persons" if pair.same else "the same person"
            order = f"a fold has {header[1]:,} of one person, then as many of two"
            problems.error(
                file, f"pair {len(found) + 1:,} has to be of {kind}: {order}", "put the lines in this order", number
            )
        found.append((number, pair, fold))
    if header is not None and len(found) != 2 * header[0] * header[1] and not problems.error_count:
        wanted = 2 * header[0] * header[1]
        problems.error(
            file, f"its first line promises {wanted:,} pairs, there are {len(found):,}", "complete or correct it", 1
        )
    if not found and not problems.error_count:
        problems.error(file, "there is no pair", WRITE)
    return found


def _read_landmarks(tree: FileTree, pairs: str, problems: Problems) -> dict[str, list[tuple[float, float]]]:
    """Person's folder and file → five points, from lines with the picture and ten numbers."""
    found: dict[str, list[tuple[float, float]]] = {}
    for name in tree.with_suffix(".txt"):
        if name == pairs or "landmark" not in stem(name).lower():
            continue
        for number, line in enumerate(tree.read_text(name).splitlines(), 1):
            if not line.strip():
                continue
            points = parse_landmarks(line)
            if isinstance(points, str):
                problems.error(name, points, 'write "name/name_0001.jpg" and x and y of five points', number)
            else:
                found[_tail(points[0])] = points[1]
    return found


def parse_landmarks(line: str) -> tuple[str, list[tuple[float, float]]] | str:
    """Picture and points of a line, or what is wrong."""
    words = line.split()
    if len(words) != 1 + 2 * POINTS:
        return f"there are {len(words)} columns, not {1 + 2 * POINTS}"
    numbers = [value for word in words[1:] if (value := number_of(word)) is not None]
    if len(numbers) != 2 * POINTS:
        return "a coordinate is not a number"
    return words[0], list(zip(numbers[::2], numbers[1::2], strict=True))


FORMAT = Format("lfw", examine, read)
