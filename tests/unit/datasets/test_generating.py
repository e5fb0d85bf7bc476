"""Made datasets: as many as was told, the same for the same seed, and none at all when a picture is damaged."""

import io
import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from tests.unit.datasets.material import Content, Imported, picture
from workbench.datasets import generating
from workbench.datasets.augmentations import plan
from workbench.datasets.generating import run
from workbench.datasets.internal_form import DatasetReader
from workbench.datasets.schemas import Augmentations, Synthetic
from workbench.engine.protocol import Emitter, EngineError

ALL = Augmentations.model_validate(
    {
        "seed": 3,
        "flip_horizontal": True,
        "flip_vertical": True,
        "erase": {"images": 2},
        "noise": {"images": 2},
        "light": [{"brightness": 1.2, "contrast": 0.8}],
        "rotations_deg": [15],
        "blur_sigmas": [1.5],
        "jpeg_qualities": [20],
    }
).model_dump()
NONE = Augmentations().model_dump()


def decoded(content: bytes | str) -> Any:
    """The pixels of a file."""
    assert isinstance(content, bytes)
    return cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)


class Generated:
    def __init__(self, work: Path, files: Content | None = None, augmentations: Any = NONE, **parameters: Any) -> None:
        (work / "inputs" / "pictures").mkdir(parents=True)
        for number, content in enumerate((files or {}).values()):
            assert isinstance(content, bytes)
            (work / "inputs" / "pictures" / str(number)).write_bytes(content)
        if files:
            parameters |= {"names": list(files), "originals": len(files)}
        self.stream = io.StringIO()
        self.facts = run({"augmentations": augmentations, **parameters}, work, Emitter(self.stream))
        self.reader = DatasetReader(work / "out" / "dataset")
        assert not (work / "staged").exists()

    def contents(self) -> list[bytes]:
        return [self.reader.image_path(number).read_bytes() for number in range(self.reader.count)]


class TestFromFiles:
    def test_the_predicted_count_is_the_made_count(self, tmp_path: Path) -> None:
        files: Content = {f"p{number}.jpg": picture(80, 60, ".jpg", number) for number in range(5)}
        made = Generated(tmp_path, files, ALL)
        assert made.facts["count"] == made.reader.count == 5 * (1 + len(plan(ALL))) == 55
        assert len(list((made.reader.folder / "images").iterdir())) == 55
        assert len(list((made.reader.folder / "thumbnails").iterdir())) == 55

    def test_originals_stay_byte_for_byte_and_lead_their_group(self, tmp_path: Path) -> None:
        files: Content = {"b/one.png": picture(seed=1), "a/two.jpg": picture(30, 20, ".jpg", 2)}
        made = Generated(tmp_path, files, ALL)
        step = 1 + len(plan(ALL))
        assert made.contents()[0] == files["b/one.png"]
        assert made.contents()[step] == files["a/two.jpg"]
        sources = [sample["source"] for sample in made.reader.samples()]
        assert sources[0] == "b/one.png"
        assert sources[1] == "b/one~flip-horizontal.png"
        assert sources[step + 1] == "a/two~flip-horizontal.jpg"

    def test_what_the_index_says_is_in_the_files(self, tmp_path: Path) -> None:
        made = Generated(tmp_path, {"one.png": picture(33, 21)}, ALL)
        for sample, content in zip(made.reader.samples(), made.contents(), strict=True):
            image = decoded(content)
            assert (sample["width"], sample["height"]) == (image.shape[1], image.shape[0]) == (33, 21)
            assert sample["file"].endswith(Path(sample["source"]).suffix)

    def test_threads_and_order_do_not_matter(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        files: Content = {f"{number}.png": picture(40, 30, seed=number) for number in range(6)}
        many = Generated(tmp_path / "many", files, ALL).contents()
        monkeypatch.setattr(generating, "_MAX_THREADS", 1)
        assert Generated(tmp_path / "one", files, ALL).contents() == many
        other = Generated(tmp_path / "other", files, ALL | {"seed": 4}).contents()
        assert other != many
        assert other[0] == many[0]

    def test_other_augmentations_change_nothing_of_one(self, tmp_path: Path) -> None:
        files: Content = {"one.png": picture(40, 30)}
        erased = {"seed": 3, "erase": {"share": 0.1, "images": 1}}
        alone = Generated(tmp_path / "alone", files, erased).contents()[1]
        beside = Generated(tmp_path / "beside", files, erased | {"flip_horizontal": True, "noise": ALL["noise"]})
        sources = [sample["source"] for sample in beside.reader.samples()]
        assert beside.contents()[sources.index("one~erase-1.png")] == alone

    def test_a_damaged_picture_fails_it_by_name(self, tmp_path: Path) -> None:
        files: Content = {f"{number}.png": picture(seed=number) for number in range(4)}
        files["holiday/bad.png"] = picture(60, 60)[:300]
        with pytest.raises(EngineError) as refused:
            Generated(tmp_path, files, ALL)
        assert refused.value.code == "picture_unreadable"
        assert "holiday/bad.png" in refused.value.message
        assert not (tmp_path / "out" / "dataset").exists()
        assert not (tmp_path / "staged").exists()

    def test_facts(self, tmp_path: Path) -> None:
        facts = Generated(tmp_path, {"one.png": picture()}, ALL).facts
        assert (facts["format"], facts["tasks"], facts["labels"]) == ("generated", [], None)
        assert "synthetic" not in facts
        assert facts["generated"]["augmentations"]["seed"] == 3
        assert [check["detail"] for check in facts["checks"]] == ["1 originals and 10 pictures made from them, seed 3"]
        json.dumps(facts, allow_nan=False)

    def test_upright_by_exif(self, tmp_path: Path) -> None:
        """A picture that its EXIF data turn is changed as it is seen."""
        pixels = np.zeros((20, 40, 3), np.uint8)
        pixels[:, :20] = 255
        _, encoded = cv2.imencode(".jpg", pixels)
        exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"
        data = encoded.tobytes()
        turned = data[:2] + b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif + data[2:]
        made = Generated(tmp_path, {"turned.jpg": turned}, {"seed": 0, "flip_vertical": True})
        samples = list(made.reader.samples())
        assert [(sample["width"], sample["height"]) for sample in samples] == [(20, 40), (20, 40)]
        flipped, seen = decoded(made.contents()[1]), decoded(turned)
        assert np.abs(flipped.astype(int) - seen[::-1].astype(int)).max() < 12


class TestFromADataset:
    def test_pictures_without_the_annotations(self, tmp_path: Path) -> None:
        content: Content = {f"class{label}/{n}.png": picture(seed=10 * label + n) for label in (0, 1) for n in (0, 1)}
        parent = Imported(tmp_path / "parent", content)
        work = tmp_path / "work"
        (work / "inputs").mkdir(parents=True)
        (work / "inputs" / "dataset").symlink_to(parent.folder)
        flipped = NONE | {"flip_horizontal": True}
        facts = run(
            {"augmentations": flipped, "dataset": "inputs/dataset", "originals": 4}, work, Emitter(io.StringIO())
        )
        assert (facts["count"], facts["annotation"], facts["class_counts"]) == (8, ["none"], {})
        samples = list(DatasetReader(work / "out" / "dataset").samples())
        assert all("label" not in sample for sample in samples)
        assert [sample["source"] for sample in samples[::2]] == [sample["source"] for sample in parent.samples]


class TestSampleSet:
    def test_drawn(self, tmp_path: Path) -> None:
        made = Generated(tmp_path, sample_set="shapes", originals=3)
        assert made.facts["count"] == 3
        assert [sample["source"] for sample in made.reader.samples()][2] == "shapes-0002.png"


class TestNoise:
    def noise(self, work: Path, **wanted: Any) -> Generated:
        synthetic = Synthetic.model_validate(wanted).model_dump()
        return Generated(work, synthetic=synthetic, originals=synthetic["count"])

    def pixels(self, made: Generated) -> "np.ndarray":
        return np.stack([decoded(data) for data in made.contents()])

    def test_it_says_what_it_is_not_for(self, tmp_path: Path) -> None:
        made = self.noise(tmp_path, count=2, width=16, height=8)
        assert made.facts["synthetic"] is True
        assert made.facts["tasks"] == []
        assert not made.facts["checks"][-1]["ok"]
        assert "benchmarks only" in made.facts["warnings"][0]["problem"]
        assert "calibration" in made.facts["warnings"][0]["problem"]

    def test_what_is_made_from_noise_is_noise(self, tmp_path: Path) -> None:
        parent = self.noise(tmp_path / "parent", count=2, width=16, height=8)
        work = tmp_path / "work"
        (work / "inputs").mkdir(parents=True)
        (work / "inputs" / "dataset").symlink_to(parent.reader.folder)
        given = {"augmentations": NONE, "dataset": "inputs/dataset", "originals": 2}
        facts = run(given, work, Emitter(io.StringIO()))
        assert facts["synthetic"] is True
        assert not facts["checks"][-1]["ok"]

    def test_uniform(self, tmp_path: Path) -> None:
        """χ² over 256 levels: mean 255, σ √510."""
        values = self.pixels(self.noise(tmp_path, count=2, width=200, height=150))
        counts = np.bincount(values.ravel(), minlength=256)
        expected = values.size / 256
        assert abs(((counts - expected) ** 2 / expected).sum() - 255) < 5 * 510**0.5

    def test_gaussian(self, tmp_path: Path) -> None:
        values = self.pixels(self.noise(tmp_path, count=2, width=200, height=150, distribution="gaussian"))
        assert values.mean() == pytest.approx(127.5, abs=0.7)
        # Cutting at 0 and 255 (2.66 σ) takes a little from σ.
        assert values.std() == pytest.approx(47.6, abs=0.8)

    def test_seed_and_number(self, tmp_path: Path) -> None:
        first = self.noise(tmp_path / "a", count=2, width=9, height=5, seed=1).contents()
        assert first[0] != first[1]
        assert self.noise(tmp_path / "b", count=2, width=9, height=5, seed=1).contents() == first
        assert self.noise(tmp_path / "c", count=2, width=9, height=5, seed=2).contents()[0] != first[0]
