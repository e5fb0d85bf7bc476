"""A dataset of the workbench as Accuracy Checker reads it: names and annotations, and copies of the pictures."""

import json
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TextIO

from workbench.datasets.service import DatasetReader


def export(reader: DatasetReader, numbers: Iterable[int], task: str, folder: Path) -> int:
    """Write `images/` and the annotations of a task (annotation.txt, instances.json or masks/); returns the count.

    Pictures are copied: what runs on them must not be able to reach into the store.
    """
    images = folder / "images"
    images.mkdir(parents=True)
    labels = reader.labels or []
    count = 0
    with (folder / "annotation.txt").open("w") as lines, (folder / "instances.part").open("w") as boxes:
        writer = _Coco(boxes)
        for number in numbers:
            record = reader.sample(number)
            source = reader.folder / str(record["file"])
            name = f"{number:06d}{source.suffix}"
            if task == "semantic_segmentation":
                if "mask" not in record:
                    continue
                masks = folder / "masks"
                masks.mkdir(exist_ok=True)
                shutil.copyfile(reader.folder / str(record["mask"]), masks / f"{name}.png")
            elif task == "classification":
                if "label" not in record:
                    continue
                lines.write(f"{name} {record['label']}\n")
            shutil.copyfile(source, images / name)
            writer.add(count, name, record)
            count += 1
    (folder / "labels.txt").write_text("".join(f"{index} {_line(name)}\n" for index, name in enumerate(labels)))
    if task == "object_detection":
        _coco_file(folder, labels, writer.images)
    (folder / "instances.part").unlink()
    background = bool((reader.facts.get("masks") or {}).get("background"))
    names = ["background", *labels] if background else labels
    (folder / "dataset_meta.json").write_text(json.dumps({"label_map": dict(enumerate(names))}))
    return count


class _Coco:
    """Streams annotations into a file; the list of images is kept."""

    def __init__(self, stream: TextIO) -> None:
        self.images: list[dict[str, Any]] = []
        self._stream = stream
        self._count = 0

    def add(self, image_id: int, name: str, record: Mapping[str, Any]) -> None:
        size = {"width": record["width"], "height": record["height"]}
        self.images.append({"id": image_id, "file_name": name, **size})
        for box in record.get("boxes", ()):
            if box.get("label") is None:
                continue
            x, y, width, height = box["bbox"]
            entry = {
                "id": self._count + 1,
                "image_id": image_id,
                "category_id": box["label"] + 1,
                "bbox": [x, y, width, height],
                "area": box.get("area", width * height),
                "iscrowd": int(bool(box.get("crowd"))),
                # Read by Accuracy Checker's converter, and used for masks only.
                "segmentation": [],
            }
            self._stream.write(("," if self._count else "") + json.dumps(entry))
            self._count += 1


def _coco_file(folder: Path, labels: list[str], images: list[dict[str, Any]]) -> None:
    categories = [{"id": index + 1, "name": name} for index, name in enumerate(labels)]
    with (folder / "instances.json").open("w") as file, (folder / "instances.part").open() as boxes:
        file.write(f'{{"info": {{}}, "licenses": [], "images": {json.dumps(images)}, ')
        file.write(f'"categories": {json.dumps(categories)}, "annotations": [')
        shutil.copyfileobj(boxes, file)
        file.write("]}")


def _line(name: str) -> str:
    return " ".join(name.split())
