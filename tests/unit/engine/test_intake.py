"""What goes into models of every task, held against answers that are known, through whole runs."""

from pathlib import Path
from typing import Any

import cv2
import pytest

from tests.unit.engine.networks import Recorder, np, op, ov
from tests.unit.engine.reports import (
    BLUE,
    GREEN,
    RED,
    annotated,
    drawn,
    identity,
    lines,
    plain,
    prepare,
    reading,
    strongest_colour,
)
from workbench.engine import accuracy

LABELS = ["red", "green", "blue"]


def run(work: Path, **parameters: Any) -> dict[str, Any]:
    given = {"model": "inputs/model.xml", "dataset": "inputs/dataset", "device": "CPU", "precision": "f32"}
    return accuracy.run(given | parameters, work, Recorder())


def read_file(path: Path) -> Any:
    found = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    assert found is not None
    return found


class TestPictures:
    def test_segmentation(self, tmp_path: Path) -> None:
        """The class of each pixel is the strongest channel; the picture's halves are red and blue."""
        picture = plain(RED, 32, 32)
        picture[:, 16:] = BLUE
        mask = np.ones((32, 32), np.uint8)
        mask[:, 16:] = 3
        mask[0] = 255
        prepare(tmp_path, model=identity((32, 32)))
        folder = annotated(
            tmp_path / "inputs" / "dataset",
            [(picture, {"mask": "masks/000000.png"})],
            labels=LABELS,
            masks={"ignore": 255, "background": False},
        )
        (folder / "masks").mkdir()
        cv2.imwrite(str(folder / "masks/000000.png"), mask)
        found = run(tmp_path, reading=reading("semantic_segmentation", {"family": "per_pixel"}))
        assert found["metrics"]["mean_iou"]["value"] == 1
        shown = drawn(tmp_path / "out", 0)
        files = tmp_path / "out" / "files"
        told = read_file(files / shown["prediction"]["mask"])
        assert (told[1:] == mask[1:]).all()
        assert (read_file(files / shown["annotation"]["mask"]) == mask).all()

    def test_super_resolution_with_a_second_input(self, tmp_path: Path) -> None:
        """The model gives its second input back, so its PSNR is that of bicubic enlargement."""
        small = op.parameter([1, 3, 12, 12], np.float32, name="small")
        large = op.parameter([1, 3, 24, 24], np.float32, name="large")
        out = op.add(
            large,
            op.multiply(op.reduce_mean(small, op.constant(np.array([1, 2, 3])), True), op.constant(np.float32(0))),
        )
        prepare(tmp_path, model=ov.Model([op.result(out)], [small, large], "m"))
        target = np.random.default_rng(0).integers(0, 256, (24, 24, 3)).astype(np.uint8)
        target = np.asarray(cv2.GaussianBlur(target, (5, 5), 2), np.uint8)
        lowered = cv2.resize(target, (12, 12), interpolation=cv2.INTER_AREA)
        folder = annotated(tmp_path / "inputs" / "dataset", [(lowered, {"target": "targets/000000.png"})])
        (folder / "targets").mkdir()
        cv2.imwrite(str(folder / "targets/000000.png"), target[:, :, ::-1])
        wanted = reading(
            "super_resolution",
            {"family": "super_resolution", "scale": 2, "second_input": "large"},
            metrics={"border": 0},
        )
        found = run(tmp_path, reading=wanted)
        bicubic = cv2.resize(lowered, (24, 24), interpolation=cv2.INTER_CUBIC)
        assert found["metrics"]["psnr"]["value"] == pytest.approx(cv2.PSNR(target, bicubic), abs=1e-6)
        shown = drawn(tmp_path / "out", 0)
        told = read_file(tmp_path / "out/files" / shown["prediction"]["picture"])
        assert (told[:, :, ::-1] == bicubic).all()

    @pytest.mark.parametrize("channels", [3, 4])
    def test_inpainting(self, tmp_path: Path, channels: int) -> None:
        """The model gives 200 in the hole, which is where its mask says; outside the picture is kept."""
        picture = op.parameter([1, channels, 16, 16], np.float32, name="picture")
        inputs = [picture]
        if channels == 3:
            mask = op.parameter([1, 1, 16, 16], np.float32, name="mask")
            inputs.append(mask)
            colours_only = picture
        else:
            parts = op.split(picture, op.constant(np.int64(1)), 4)
            mask = parts.output(3)
            colours_only = op.concat([parts.output(number) for number in range(3)], 1)
        out = op.add(
            op.multiply(mask, op.constant(np.float32(200))), op.multiply(colours_only, op.constant(np.float32(0.5)))
        )
        prepare(tmp_path, model=ov.Model([op.result(out)], inputs, "m"))
        annotated(tmp_path / "inputs" / "dataset", [(plain((100, 100, 100), 16, 16), {})])
        wanted = reading(
            "inpainting", {"family": "inpainting", "hole": {"width": 4, "height": 8}, "fill": 0, "paste": True}
        )
        found = run(tmp_path, reading=wanted)
        # 32 of 256 pixels are off by 100: MSE = 100² / 8.
        assert found["metrics"]["psnr"]["value"] == pytest.approx(10 * np.log10(255**2 * 8 / 100**2), abs=1e-6)

    def test_luminance_keeps_the_colours_to_show(self, tmp_path: Path) -> None:
        prepare(tmp_path, model=identity((16, 24), channels=1))
        folder = annotated(tmp_path / "inputs" / "dataset", [(plain(RED), {"target": "targets/0.png"})])
        (folder / "targets").mkdir()
        cv2.imwrite(str(folder / "targets/0.png"), plain(RED)[:, :, ::-1])
        wanted = reading("super_resolution", {"family": "super_resolution", "scale": 1, "luminance_only": True})
        found = run(tmp_path, reading=wanted)
        assert found["metrics"]["psnr"]["value"] > 45
        shown = drawn(tmp_path / "out", 0)["prediction"]["picture"]
        told = read_file(tmp_path / "out/files" / shown)[:, :, ::-1]
        assert np.abs(told.astype(int) - plain(RED)).max() <= 3


class TestFaces:
    def test_landmarks_of_the_box(self, tmp_path: Path) -> None:
        """The model always says the middle and the lower right corner of what it sees: of the box."""
        picture = op.parameter([1, 3, 8, 8], np.float32, name="picture")
        nothing = op.multiply(op.reduce_mean(picture, op.constant(np.array([2, 3])), False), op.constant(np.float32(0)))
        first = op.slice(nothing, op.constant([0]), op.constant([1]), op.constant([1]), op.constant([1]))
        out = op.add(first, op.constant(np.array([[0.5, 0.5, 1, 1]], np.float32)))
        prepare(tmp_path, model=ov.Model([op.result(out)], [picture], "m"))
        boxes = [{"label": 0, "bbox": [10, 4, 20, 8]}]
        face = {"boxes": boxes, "landmarks": [[20, 8], [30, 12]]}
        annotated(tmp_path / "inputs" / "dataset", [(plain(RED, 40, 30), face)])
        wanted = reading("facial_landmark_detection", {"family": "points"}, metrics={"norm_by": "box"})
        found = run(tmp_path, reading=wanted)
        assert found["metrics"]["normed_error"]["value"] == pytest.approx(0, abs=1e-6)
        assert drawn(tmp_path / "out", 0)["prediction"]["points"] == [[20, 8], [30, 12]]

    def test_pairs(self, tmp_path: Path) -> None:
        """The vector is the mean colour: pictures of one colour belong together. Sample 4 is in no pair."""
        prepare(tmp_path, model=strongest_colour())
        faces = [plain(RED), plain((200, 40, 30)), plain(BLUE), plain((20, 30, 180)), plain(GREEN)]
        pairs = [[0, 1, 1, 0], [2, 3, 1, 1], [0, 2, 0, 0], [1, 3, 0, 1]]
        annotated(tmp_path / "inputs" / "dataset", [(face, {"identity": 0}) for face in faces], pairs=pairs)
        found = run(tmp_path, reading=reading("face_recognition", {"family": "embedding"}))
        assert found["samples"] == 4
        assert found["metrics"]["pairwise_accuracy"]["value"] == 1
        rows = lines(tmp_path / "out" / "samples.jsonl")
        assert [(row["row"], row["sample"], row["other"]) for row in rows] == [
            (0, 0, 1),
            (1, 2, 3),
            (2, 0, 2),
            (3, 1, 3),
        ]
        assert drawn(tmp_path / "out", 0)["prediction"]["similarity"] > 0.99

    def test_faces_are_turned_upright(self, tmp_path: Path) -> None:
        """A face lying on its side gives the vector of the upright one, when it is turned by its landmarks."""
        upright = np.array([[30.3, 51.7], [65.5, 51.5], [48, 71.7], [33.5, 92.4], [62.7, 92.2]])
        face = np.zeros((112, 96, 3), np.uint8)
        face[:56] = RED
        face[56:] = GREEN
        # A quarter turn: (x, y) → (112 - y, x).
        turned = np.ascontiguousarray(np.rot90(face, -1))
        lying = np.stack([112 - upright[:, 1], upright[:, 0]], axis=1)
        picture = op.parameter([1, 3, 112, 96], np.float32, name="picture")
        small = op.reduce_mean(picture, op.constant(np.array([3])))
        parts = op.reshape(small, op.constant(np.array([1, 336])), False)
        prepare(tmp_path, model=ov.Model([op.result(parts)], [picture], "m"))
        samples = [(face, {"landmarks": upright.tolist()}), (turned, {"landmarks": lying.tolist()})]
        annotated(tmp_path / "inputs" / "dataset", samples, pairs=[[0, 1, 1, 0], [0, 1, 1, 1]])
        similar = []
        for align in (True, False):
            wanted = reading("face_recognition", {"family": "embedding", "align": align})
            run(tmp_path, reading=wanted)
            similar.append(lines(tmp_path / "out" / "samples.jsonl")[0]["similarity"])
        assert similar[0] > 0.98
        assert similar[1] < 0.95
