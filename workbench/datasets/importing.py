"""The operation `dataset_import`: an archive or folder becomes a dataset in the internal form, or is refused whole."""

import errno
import os
import shutil
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import cv2

from workbench.datasets.ahead import Ahead, Examined, examined
from workbench.datasets.formats.annotations import TITLES, Annotations, Check, Format, Sample
from workbench.datasets.formats.masks import BadMask, MaskRule, normalised
from workbench.datasets.formats.recognise import recognise
from workbench.datasets.formats.tree import FileTree, scan, suffix
from workbench.datasets.image_header import SUFFIXES
from workbench.datasets.internal_form import DatasetWriter
from workbench.datasets.problems import Problems, Refused
from workbench.datasets.samples import Mistake, box_records, fits, matches
from workbench.datasets.subset import checked, strata_of, stratified_order
from workbench.datasets.thumbnails import BadPicture, Picture, read_bytes
from workbench.engine.protocol import Emitter, EngineError
from workbench.storage.archive import ArchiveError, Extraction, Limits, extract, is_archive

STAGES = ("unpack", "recognise the format", "read annotations", "read pictures", "write")
ARCHIVE_SUFFIXES = (".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar")
_MAX_THREADS = 8

T = TypeVar("T")


def run(parameters: Mapping[str, Any], work: Path, emit: Emitter) -> dict[str, Any]:
    """Import `source`; writes `out/dataset`, returns the content of its `dataset.json` and `size_bytes`.

    Raises EngineError with the code of whatever refused it; then nothing is left.
    """
    cv2.setNumThreads(1)
    target = work / "out" / "dataset"
    try:
        return _Import(parameters, work, emit).run(target)
    except (ArchiveError, Refused) as error:
        shutil.rmtree(target, ignore_errors=True)
        detail = error.detail if isinstance(error, Refused) else None
        raise EngineError(error.code, error.message, error.action, detail) from error
    except OSError as error:
        shutil.rmtree(target, ignore_errors=True)
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise EngineError(
            "disk_full",
            "The disk is too full for this dataset.",
            "Delete what is no longer needed, or import a subset from a folder on the server.",
        ) from error
    finally:
        for name in ("unpacked", "staged"):
            shutil.rmtree(work / name, ignore_errors=True)


@dataclass(frozen=True)
class _Verified:
    """A picture that was decoded: where it and its thumbnail are until they get their number."""

    sample: Sample
    picture: Picture
    image: Path
    thumbnail: Path
    beside: Mapping[str, Path]
    mask_labels: list[int] | None


class _Import:
    def __init__(self, parameters: Mapping[str, Any], work: Path, emit: Emitter) -> None:
        self.parameters = parameters
        self.work = work
        self.emit = emit
        self.problems = Problems()
        given = parameters.get("limits") or {}
        self.limits = replace(
            Limits(), **{key: given[key] for key in ("members", "bytes", "ratio", "depth") if key in given}
        )
        self.subset = checked(parameters["subset"]) if parameters.get("subset") else None
        self.staged = work / "staged"
        self.ahead: Mapping[int, Examined | BadPicture] = {}
        self.owned = True

    def run(self, target: Path) -> dict[str, Any]:
        self.staged.mkdir()
        tree = self._tree()
        self._stage(2)
        kind, finding = recognise(tree, str(self.parameters.get("format") or "auto"))
        self.emit.log(f"recognised as {TITLES[kind.name]}: {finding.reason}")
        self._stage(3)
        annotations = kind.read(tree, finding, self.problems)
        for problem in self.problems.errors:
            self.emit.log(problem.sentence(), "error")
        self.problems.refuse_errors()
        self._stage(4)
        verified = self._verified(tree, annotations)
        self._stage(5)
        return self._write(target, tree, kind, annotations, verified)

    def _stage(self, number: int) -> None:
        self.emit.stage(STAGES[number - 1], number, len(STAGES))

    # Where the files are

    def _tree(self) -> FileTree:
        self._stage(1)
        source = (self.work / str(self.parameters["source"])).resolve()
        filename = str(self.parameters.get("filename") or source.name)
        folder = self.work / "unpacked"
        if source.is_dir():
            folder = source
            self.owned = source.is_relative_to(self.work.resolve())
        elif suffix(filename) in SUFFIXES and not is_archive(source):
            folder.mkdir()
            shutil.copyfile(source, folder / f"picture{suffix(filename)}")
        else:
            done = self._unpacked(source, folder)
            self.emit.log(f"unpacked {done.files:,} files, {done.bytes / 1024**2:,.1f} MiB, from {done.kind}")
        tree = scan(folder, self.limits, self.problems)
        for name in tree.with_suffix(*ARCHIVE_SUFFIXES):
            self.problems.warning(name, "an archive inside of the dataset is not unpacked", "unpack it first")
        return tree

    def _unpacked(self, source: Path, folder: Path) -> Extraction:
        if self.subset is not None:
            # Most pictures may not be wanted.
            return extract(source, folder, self.limits, progress=self._unpacking)
        with Ahead(self.staged, _threads()) as ahead:
            done = extract(source, folder, self.limits, progress=self._unpacking, written=ahead.take)
        self.ahead = ahead.found
        return done

    def _unpacking(self, done: int, total: int) -> None:
        self.emit.progress(done, total, "bytes")

    # Pictures

    def _verified(self, tree: FileTree, annotations: Annotations) -> list[_Verified]:
        """The samples whose pictures are good, in their order; as many as the subset wants."""
        samples = annotations.samples
        order = list(range(len(samples)))
        wanted = len(samples)
        if self.subset is not None and self.subset[0] < wanted:
            wanted, seed = self.subset
            order = stratified_order(strata_of([_labels(sample) for sample in samples]), seed)
        found: dict[int, _Verified] = {}
        threads = _threads()
        with ThreadPoolExecutor(threads) as pool:
            tasks = (
                (lambda number=number: self._examined(tree, number, samples[number], annotations.masks))
                for number in order
            )
            results = in_order(pool, tasks, threads * 4)
            for done, (number, outcome) in enumerate(zip(order, results, strict=True), 1):
                if isinstance(outcome, Mistake):
                    self.problems.warning(outcome.file, outcome.problem, outcome.fix)
                elif fits(outcome.sample, outcome.picture, self.problems):
                    found[number] = outcome
                self.emit.progress(min(done, wanted), wanted, "samples")
                if len(found) == wanted:
                    break
        if not found:
            first = self.problems.warnings[0].sentence() + "." if self.problems.warnings else "There are no samples."
            raise Refused(
                "dataset_no_usable_samples",
                f"No sample of the dataset can be used. {first}",
                "Correct what is listed and import the dataset again.",
                {"problems": [problem.record() for problem in self.problems.warnings]},
            )
        annotations.checks.append(
            Check("pictures decode", len(found) == wanted, f"{len(found):,} of {wanted:,} samples can be used")
        )
        return [found[number] for number in sorted(found)]

    def _examined(self, tree: FileTree, number: int, sample: Sample, rule: MaskRule | None) -> "_Verified | Mistake":
        """In a thread: decode a picture and what belongs to it; thumbnail, mask and what is not ours are put aside."""
        name = sample.image
        try:
            examined, image = self._picture(tree, name, str(number))
            picture = examined.picture
            beside: dict[str, Path] = {}
            others: dict[str, Picture] = {}
            for member, given in (("target", sample.target), ("upsampled", sample.upsampled)):
                if given is not None:
                    name = given
                    other, path = self._picture(tree, name, f"{number}.{member}", always=True)
                    beside[member], others[member] = path, other.picture
            if (mistake := matches(sample, picture, others)) is not None:
                return mistake
            shown: list[int] | None = None
            if sample.mask is not None and rule is not None:
                name = sample.mask
                mask = normalised(read_bytes(tree.path(name)), rule, (picture.width, picture.height))
                beside["mask"] = self.staged / f"{number}.mask.png"
                beside["mask"].write_bytes(mask.png)
                shown = mask.labels
        except (BadPicture, BadMask) as error:
            return Mistake(name, error.problem, error.fix)
        except (PermissionError, FileNotFoundError):
            return Mistake(name, "the file cannot be read", "check its permissions")
        return _Verified(sample, picture, image, examined.thumbnail, beside, shown)

    def _picture(self, tree: FileTree, name: str, key: str, always: bool = False) -> tuple[Examined, Path]:
        """What a file is, and where it may be taken from; copied unless it is our own (or `always`).

        A file may be the target of several samples. Raises BadPicture, OSError.
        """
        path = tree.path(name)
        known = self.ahead.get(path.stat().st_ino) if self.ahead else None
        if isinstance(known, BadPicture):
            raise known
        data = None
        if known is None:
            data, known = examined(path, self.staged / f"{key}.thumbnail")
        if not self.owned or always:
            data = path.read_bytes() if data is None else data
            path = self.staged / f"{key}{known.picture.suffix}"
            path.write_bytes(data)
        return known, path

    # The result

    def _write(
        self, target: Path, tree: FileTree, kind: Format, annotations: Annotations, verified: list[_Verified]
    ) -> dict[str, Any]:
        writer = DatasetWriter(target, move=True)
        try:
            for done, entry in enumerate(verified, 1):
                self._add(writer, entry)
                self.emit.progress(done, len(verified), "samples")
        finally:
            writer.close()
        for problem in self.problems.warnings:
            self.emit.log(problem.sentence(), "warning")
        pairs = _pairs(annotations, verified) if annotations.pairs is not None else None
        facts: dict[str, Any] = {
            "format": kind.name,
            "labels": annotations.labels,
            "checks": [check.record() for check in annotations.checks],
            "warnings": [problem.record() for problem in self.problems.warnings],
            "warning_count": self.problems.warning_count,
        }
        members = ("label_ids", "colors", "skeleton", "identities")
        facts |= {name: getattr(annotations, name) for name in members if getattr(annotations, name) is not None}
        for name in ("colors", "skeleton"):
            if name in facts:
                facts[name] = [list(entry) for entry in facts[name]]
        if annotations.masks is not None:
            facts["masks"] = annotations.masks.record()
        if pairs is not None:
            facts["pairs"] = pairs
        if self.subset is not None:
            facts["subset"] = {"count": self.subset[0], "seed": self.subset[1]}
        return writer.finish(facts)

    def _add(self, writer: DatasetWriter, entry: _Verified) -> None:
        sample, picture = entry.sample, entry.picture
        record: dict[str, Any] = {"source": sample.image, "width": picture.width, "height": picture.height}
        if sample.label is not None:
            record["label"] = sample.label
        if sample.boxes is not None:
            record["boxes"] = box_records(sample, picture, self.problems)
        if sample.landmarks is not None:
            record["landmarks"] = [[x, y] for x, y in sample.landmarks]
        if sample.identity is not None:
            record["identity"] = sample.identity
        if entry.mask_labels is not None:
            record["mask_labels"] = entry.mask_labels
        beside = dict(entry.beside)
        writer.add(record, entry.image, picture.suffix, entry.thumbnail, beside.pop("mask", None), beside)


def _pairs(annotations: Annotations, verified: list[_Verified]) -> list[list[int]]:
    """Pairs of which both pictures are good, by the numbers of the samples that are."""
    place = {id(entry.sample): number for number, entry in enumerate(verified)}
    new = [place.get(id(sample)) for sample in annotations.samples]
    renumbered = [(new[one], new[other], same, fold) for one, other, same, fold in annotations.pairs or ()]
    kept = [[one, other, same, fold] for one, other, same, fold in renumbered if one is not None and other is not None]
    detail = f"{len(kept):,} of {len(renumbered):,} have both pictures"
    annotations.checks.append(Check("pairs", len(kept) == len(renumbered), detail))
    return kept


def _threads() -> int:
    return min(_MAX_THREADS, len(os.sched_getaffinity(0)))


def _labels(sample: Sample) -> list[int]:
    if sample.label is not None:
        return [sample.label]
    return [box.label for box in sample.boxes or ()]


def in_order(pool: ThreadPoolExecutor, tasks: Iterable[Callable[[], T]], window: int) -> Iterator[T]:
    """The results of `tasks` in their order, with at most `window` of them under way."""
    waiting: deque[Future[T]] = deque()
    try:
        for task in tasks:
            waiting.append(pool.submit(task))
            if len(waiting) >= window:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        for future in waiting:
            future.cancel()
