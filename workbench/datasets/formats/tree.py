"""The files of a dataset that is being imported, wherever they lie."""

import os
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from workbench.datasets.image_header import SUFFIXES
from workbench.datasets.problems import Problems, Refused
from workbench.storage.archive_rules import Limits, control_character, is_litter

MAX_TEXT_BYTES = 256 * 1024**2


def suffix(name: str) -> str:
    """The lower-case ending of a file name, dot included."""
    return _parted(name)[1].lower()


def stem(name: str) -> str:
    """The file name without folders and ending."""
    return _parted(name)[0]


def _parted(name: str) -> tuple[str, str]:
    """As PurePosixPath has them, in a tenth of the time: every format looks at every name."""
    last = base(name)
    at = last.rfind(".")
    return (last[:at], last[at:]) if 0 < at < len(last) - 1 else (last, "")


def folder_of(name: str) -> str:
    """The folder of a file; "" for the root."""
    return name.rpartition("/")[0]


def base(name: str) -> str:
    return name.rpartition("/")[2]


@dataclass(frozen=True)
class FileTree:
    """Names relative to `root`, '/' between the parts, sorted. They come from the disk, so each is what it seems."""

    root: Path
    files: tuple[str, ...]

    def path(self, name: str) -> Path:
        """Where a file of `files` is."""
        return self.root / name

    @cached_property
    def unexplained(self) -> list[str]:
        """Files that look like annotations of whatever format, `dataset_meta.json` apart.

        A text file that is called like a picture is one too: YOLO has its boxes there.
        """
        found = self.with_suffix(".xml", ".json", ".csv", ".tsv")
        pictures = {stem(name) for name in self.images}
        found += [name for name in self.with_suffix(".txt") if stem(name) in pictures]
        return [name for name in found if base(name).lower() != "dataset_meta.json"]

    def with_suffix(self, *suffixes: str) -> list[str]:
        found = [name for ending in suffixes for name in self._by_suffix.get(ending, ())]
        return sorted(found) if len(suffixes) > 1 else found

    @cached_property
    def _by_suffix(self) -> dict[str, list[str]]:
        found = defaultdict(list)
        for name in self.files:
            found[suffix(name)].append(name)
        return dict(found)

    @cached_property
    def images(self) -> list[str]:
        return [name for name in self.files if suffix(name) in SUFFIXES]

    @cached_property
    def image_set(self) -> frozenset[str]:
        return frozenset(self.images)

    @cached_property
    def images_by_base(self) -> dict[str, list[str]]:
        """File name without folders → the images called so."""
        found = defaultdict(list)
        for name in self.images:
            found[base(name)].append(name)
        return dict(found)

    def find_image(self, name: str, *folders: str) -> str | None:
        """The image that an annotation means by `name`: relative to one of `folders`, else the only one so called."""
        for folder in folders:
            candidate = f"{folder}/{name}" if folder else name
            if candidate in self.image_set:
                return candidate
        same = self.images_by_base.get(base(name), [])
        return same[0] if len(same) == 1 else None

    def read_text(self, name: str) -> str:
        """A text file as UTF-8. Raises Refused."""
        path = self.path(name)
        if path.stat().st_size > MAX_TEXT_BYTES:
            raise Refused(
                "annotation_too_large",
                f"{name} is larger than {MAX_TEXT_BYTES // 1024**2} MiB.",
                "Split the dataset.",
            )
        try:
            return path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            raise Refused(
                "annotation_not_text", f"{name} is not a UTF-8 text (byte {error.start}).", "Save it as UTF-8."
            ) from error

    def head(self, name: str, lines: int) -> list[str]:
        """The first lines that are not empty; for looking at a file of which nothing is known yet."""
        found: list[str] = []
        with self.path(name).open("rb") as file:
            text = file.read(64 * 1024).decode("utf-8", "replace")
        for line in text.splitlines():
            if line.strip():
                found.append(line.strip())
                if len(found) == lines:
                    break
        return found


def scan(root: Path, limits: Limits, problems: Problems) -> FileTree:
    """All files below `root` but hidden ones and system litter. Links are left out with a warning.

    Raises Refused when there are more files, or more folders in each other, than `limits` allow.
    """
    found = sorted(_walk(root, (), limits, problems))
    if len(found) > limits.members:
        raise Refused(
            "dataset_too_many_files",
            f"The folder holds more than {limits.members:,} files.",
            "Name the folder of the dataset itself.",
        )
    return _without_single_root(root, found)


def _walk(folder: Path, parts: tuple[str, ...], limits: Limits, problems: Problems) -> Iterator[str]:
    with os.scandir(folder) as entries:
        ordered = sorted(entries, key=lambda entry: entry.name)
    for entry in ordered:
        place = (*parts, entry.name)
        name = "/".join(place)
        if is_litter(place):
            continue
        if control_character(name) is not None:
            problems.warning(ascii(name), "its name has control characters or is not UTF-8", "rename it")
        elif entry.is_symlink():
            problems.warning(name, "it is a link; links are not followed", "put the file itself in its place")
        elif entry.is_dir():
            if len(place) >= limits.depth:
                raise Refused(
                    "dataset_too_deep", f"The folder {name} lies too deep.", "Name the folder of the dataset itself."
                )
            yield from _walk(folder / entry.name, place, limits, problems)
        elif entry.is_file():
            yield name


def _without_single_root(root: Path, files: list[str]) -> FileTree:
    """Leave out leading folders that hold everything; not the one that holds pictures, its name may be a class."""
    while files:
        first = files[0].partition("/")[0]
        nested = all(name.startswith(first + "/") for name in files)
        if not nested or any(name.count("/") == 1 and suffix(name) in SUFFIXES for name in files):
            break
        root = root / first
        files = [name.partition("/")[2] for name in files]
    return FileTree(root, tuple(files))
