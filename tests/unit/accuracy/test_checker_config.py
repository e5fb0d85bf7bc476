"""Accuracy Checker configurations: what is written is read again as the same; foreign ones name what is left out."""

from typing import Any

import pytest
import yaml

from workbench.accuracy.checker_config import CheckerFacts, NotForChecker, read, write
from workbench.accuracy.reading_schemas import Reading

FACTS = CheckerFacts("net", "CPU", "image", 224, 224, "NCHW", 10, "f32")


def reading(**values: Any) -> Reading:
    return Reading.model_validate({"task": "classification", "decoding": {"family": "classification"}} | values)


class TestWrite:
    def test_a_classifier_in_the_words_of_accuracy_checker(self) -> None:
        way_in = {"resize": "crop", "crop_fraction": 0.875, "color": "RGB", "mean": [1, 2, 3], "scale": [4, 5, 6]}
        document = yaml.safe_load(write(FACTS, reading(preprocessing=way_in, classes={"background": True})))
        (model,) = document["models"]
        (launcher,), (dataset,) = model["launchers"], model["datasets"]
        assert launcher["adapter"] == {"type": "classification"}
        assert launcher["device_config"] == {"INFERENCE_PRECISION_HINT": "f32"}
        assert dataset["annotation_conversion"]["has_background"] is True
        assert dataset["preprocessing"] == [
            {"type": "resize", "size": 256, "aspect_ratio_scale": "greater", "interpolation": "LINEAR"},
            {"type": "crop", "dst_width": 224, "dst_height": 224},
            {"type": "bgr_to_rgb"},
            {"type": "normalization", "mean": "1, 2, 3", "std": "4, 5, 6"},
        ]
        assert [metric["top_k"] for metric in dataset["metrics"]] == [1, 5]

    def test_a_padded_detector_undoes_its_padding(self) -> None:
        wanted = reading(
            task="object_detection",
            decoding={"family": "yolo_rows", "version": "x", "nms_iou": 0.65},
            preprocessing={"resize": "fit", "color": "BGR"},
        )
        dataset = yaml.safe_load(write(FACTS, wanted))["models"][0]["datasets"][0]
        assert dataset["preprocessing"][1]["pad_type"] == "right_bottom"
        assert [step["type"] for step in dataset["postprocessing"]] == [
            "faster_rcnn_postprocessing_resize",
            "nms",
            "clip_boxes",
        ]

    @pytest.mark.parametrize(
        ("values", "message"),
        [
            ({"task": "face_recognition", "decoding": {"family": "embedding"}}, "not for face recognition"),
            (
                {"task": "object_detection", "decoding": {"family": "yolo_anchors", "version": "v4"}},
                "the family 'yolo_anchors' with these options",
            ),
            (
                {
                    "task": "object_detection",
                    "decoding": {"family": "ssd"},
                    "preprocessing": {"resize": "letterbox"},
                },
                "a picture padded on all sides",
            ),
            (
                {"task": "object_detection", "decoding": {"family": "ssd"}, "preprocessing": {"resize": "fit"}},
                "a padded picture with this family",
            ),
        ],
    )
    def test_what_it_cannot_say(self, values: dict[str, Any], message: str) -> None:
        with pytest.raises(NotForChecker, match=message):
            write(FACTS, reading(**values))


class TestRead:
    @pytest.mark.parametrize(
        "wanted",
        [
            reading(preprocessing={"color": "RGB", "resize": "crop", "crop_fraction": 0.875}),
            reading(preprocessing={"color": "GRAY", "mean": [127.5], "scale": [127.5], "interpolation": "cubic"}),
            reading(task="object_detection", decoding={"family": "ssd", "nms_iou": 0.5}, metrics={"map_iou": 0.4}),
            reading(
                task="object_detection",
                decoding={"family": "yolo_rows", "version": "x", "output": "out"},
                preprocessing={"resize": "fit", "color": "BGR", "pad_value": 7},
            ),
            reading(task="semantic_segmentation", decoding={"family": "per_pixel", "argmax_in_model": True}),
        ],
        ids=["crop", "grey", "ssd", "yolox", "segmentation"],
    )
    def test_what_was_written(self, wanted: Reading) -> None:
        found, problems, unsupported = read(write(FACTS, wanted))
        assert (problems, unsupported) == ([], [])
        assert found is not None
        expected = wanted.model_dump()
        expected["preprocessing"]["color"] = expected["preprocessing"]["color"] or "RGB"
        assert found.model_dump() == expected

    def test_names_what_it_leaves_out(self) -> None:
        text = write(FACTS, reading())
        text = text.replace("    - type: bgr_to_rgb\n", "    - type: bgr_to_rgb\n    - type: tiling\n", 1)
        line = text.splitlines().index("    - type: tiling") + 1
        _, problems, unsupported = read(text)
        assert problems == []
        assert [(item.line, item.column, item.message) for item in unsupported] == [
            (line, 7, "preprocessing: 'tiling'")
        ]

    @pytest.mark.parametrize(
        ("text", "line", "message"),
        [
            ("models: [", 1, "This is no YAML"),
            ("nothing: 1\n", 1, "there is no list 'models' with an entry"),
            ("models:\n  - name: a\n    launchers: []\n    datasets: [{}]\n", 3, "there is no list 'launchers'"),
            (
                "models:\n  - launchers:\n      - adapter: east_text_detection\n        framework: openvino\n"
                "    datasets: [{name: x}]\n",
                3,
                "the adapter 'east_text_detection'",
            ),
        ],
    )
    def test_mistakes_say_where(self, text: str, line: int, message: str) -> None:
        found, problems, _ = read(text)
        assert found is None
        assert problems[0].message.startswith(message)
        assert problems[0].line == line
