"""The `predict` operation: what a model says of one picture, or of two faces, and its parent beside it."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.engine import accuracy, images, importance, intake
from workbench.engine.accuracy import Speaker
from workbench.engine.protocol import Emitter, EngineError
from workbench.engine.report_files import FILES
from workbench.engine.tasks import class_map, drawing
from workbench.engine.tasks.class_map import Classes
from workbench.engine.tasks.drawing import Drawn, Names
from workbench.engine.tasks.task import NO_LABEL, Answer, Reading

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_CLASSES = 20
_JPEG_QUALITY = 95
_JPEG_START = b"\xff\xd8\xff"


def run(parameters: Mapping[str, Any], work: Path, emit: Emitter) -> dict[str, Any]:
    """Try a picture.

    `parameters`: model, device, reading, pictures (one, or two for faces), and optionally precision, layouts, shapes,
    mask (PNG, white where the hole is), labels and label_ids of a dataset, records (what the index says of the
    pictures: boxes and landmarks of faces), reference_model and reference_reading, importance {masks, grid,
    probability, seed, classes}.
    Returns prediction and parent (members of `accuracy.schemas.Drawn`), width, height, labels, importance,
    inference_ms, effective_precision, picture and other (names of what is shown). Files are below `out/files/`.
    Raises EngineError `picture_unreadable`, `reading_invalid`, and those of `accuracy.run`.
    """
    reading: Reading = parameters["reading"]
    asked = parameters.get("importance")
    stages = ["read", "compile", "infer"] + (["importance"] if asked is not None else [])
    emit.stage("read", 1, len(stages))
    wanted = importance.read(asked) if asked is not None else None
    if wanted is not None and reading["task"] != "classification":
        raise EngineError(
            "reading_invalid",
            "task: maps of importance are made for classifiers only.",
            "Try the picture without a map of importance.",
        )
    files = work / "out" / FILES
    pictures = _pictures(parameters, reading, work)
    shown = [
        _show(path, image, files, name) for (path, image), name in zip(pictures, ("picture", "other"), strict=False)
    ]
    first = pictures[0][1]
    hole = _hole(parameters.get("mask"), work, first)
    import openvino as ov

    core = ov.Core()
    emit.stage("compile", 2, len(stages))
    labels, ids = parameters.get("labels"), parameters.get("label_ids")
    classes = _classes(reading, labels, ids)
    speaker = accuracy.open_speaker(core, work, parameters, reading, None, classes, hint=_hint(wanted))
    names = Names(speaker.classes.labels, classes.map.names)
    parent = None
    if parameters.get("reference_model"):
        given: Reading = parameters.get("reference_reading") or reading
        of_parent = _classes(given, labels, ids)
        model = accuracy.of_reference(parameters)
        parent = accuracy.open_speaker(core, work, model, given, None, of_parent, hint="latency")
    emit.stage("infer", 3, len(stages))
    records = _records(parameters.get("records"), len(pictures))
    images_only = [image for _, image in pictures]
    drawn, answer, spent_ms = _say(speaker, images_only, records, hole, names, files, "prediction")
    beside = None
    if parent is not None:
        beside, _, _ = _say(parent, images_only, records, hole, names, files, "parent")
    maps: list[dict[str, Any]] = []
    if wanted is not None:
        emit.stage("importance", 4, len(stages))
        maps = importance.maps(speaker, first, records[0], answer, names, wanted, files, emit)
    return {
        "prediction": drawn,
        "parent": beside,
        "picture": shown[0],
        "other": shown[1] if len(shown) > 1 else None,
        "width": first.shape[1],
        "height": first.shape[0],
        "labels": list(classes.labels) or None,
        "importance": maps,
        "inference_ms": spent_ms,
        "effective_precision": speaker.served.effective_precision,
        "device": speaker.served.device,
        "notes": [*classes.notes, *speaker.served.notes, *speaker.intake.sentences()],
    }


def _hint(wanted: importance.Wanted | None) -> str:
    """One picture wants the shortest latency, thousands of masks the throughput."""
    return "latency" if wanted is None else "throughput"


def _pictures(parameters: Mapping[str, Any], reading: Reading, work: Path) -> list[tuple[Path, NDArray[np.uint8]]]:
    paths = [work / str(name) for name in parameters["pictures"]]
    faces = reading["task"] == "face_recognition"
    if len(paths) != (2 if faces else 1):
        raise EngineError(
            "reading_invalid",
            "pictures: face recognition compares two pictures." if faces else "pictures: give one picture.",
            "Give two pictures of faces." if faces else "Give one picture.",
        )
    found = []
    for path in paths:
        image = images.decode(path)
        if image is None:
            raise EngineError(
                "picture_unreadable",
                "The picture cannot be decoded.",
                "Give a picture as JPEG, PNG, BMP, TIFF or WebP.",
                {"picture": path.name},
            )
        found.append((path, image))
    return found


def _classes(reading: Reading, labels: Any, ids: Any) -> Classes:
    """Nothing is judged here: where no class of the model is a label of the dataset, its own names are shown."""
    try:
        found = class_map.make(reading, labels, ids)
    except EngineError:
        return class_map.make(reading, None)
    met = any(label != NO_LABEL for label in found.map.labels)
    return found if met or not labels else class_map.make(reading, None)


def _show(path: Path, image: NDArray[np.uint8], files: Path, name: str) -> str:
    """The picture as the model got it, turned as its EXIF data say: JPEG where it was one, else PNG."""
    import cv2

    with path.open("rb") as file:
        is_jpeg = file.read(3) == _JPEG_START
    if not is_jpeg:
        return drawing.write_png(image, files, f"{name}.png")
    files.mkdir(parents=True, exist_ok=True)
    _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
    (files / f"{name}.jpg").write_bytes(data.tobytes())
    return f"{name}.jpg"


def _hole(name: object, work: Path, image: NDArray[np.uint8]) -> NDArray[np.bool_] | None:
    """Where the user drew, as large as the picture. Raises EngineError `picture_unreadable`."""
    import cv2
    import numpy as np

    if not name:
        return None
    try:
        mask = cv2.imread(str(work / str(name)), cv2.IMREAD_GRAYSCALE)
    except (cv2.error, MemoryError):
        mask = None
    if mask is None:
        raise EngineError(
            "picture_unreadable", "The mask cannot be decoded.", "Give the mask as PNG, white in the hole."
        )
    size = (image.shape[1], image.shape[0])
    if (mask.shape[1], mask.shape[0]) != size:
        mask = cv2.resize(mask, size, interpolation=cv2.INTER_NEAREST)
    return np.asarray(mask > 127)


def _records(given: Sequence[Mapping[str, Any] | None] | None, count: int) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = []
    for number in range(count):
        record = given[number] if given is not None and number < len(given) else None
        found.append({**(record or {}), "id": number, "file": f"picture-{number}"})
    return found


def _say(
    speaker: Speaker,
    pictures: Sequence[NDArray[np.uint8]],
    records: Sequence[Mapping[str, Any]],
    hole: NDArray[np.bool_] | None,
    names: Names,
    files: Path,
    stem: str,
) -> tuple[Drawn, Answer, float]:
    """What is drawn, the answer to the first picture, and the time of its inference in ms."""
    answers: list[tuple[Answer, intake.Fed]] = []
    spent_ms = 0.0
    for image, record in zip(pictures, records, strict=True):
        fed = speaker.intake(image, record, hole)
        answer, _ = _infer(speaker, fed)
        if not answers:
            # The first inference of a process is slower than those that follow.
            answer, spent_ms = _infer(speaker, fed)
        answers.append((answer, fed))
    first, fed = answers[0]
    drawn = drawing.of_answer(first, names, classes=_CLASSES)
    drawn |= drawing.save(first.mask, intake.picture_to_show(first, fed), files, stem)
    if first.embedding is not None and len(answers) > 1:
        from workbench.engine.tasks import faces

        second = answers[1][0].embedding
        assert second is not None
        how = str(speaker.reading["decoding"]["distance"])
        drawn["similarity"] = float(faces.similarities(first.embedding[None], second[None], how)[0])
    return drawn, first, spent_ms


def _infer(speaker: Speaker, fed: intake.Fed) -> tuple[Answer, float]:
    """One sample alone, and the time of its inference in ms, without decoding."""
    started = time.perf_counter()
    begun = speaker.pool.start(fed.feeds)
    outputs = speaker.pool.outputs(begun)
    spent_ms = (time.perf_counter() - started) * 1e3
    answer = speaker.answer(outputs, fed)
    speaker.pool.give_back(begun)
    return answer, spent_ms
