"""Classes of models and labels of datasets, and whether they meet."""

from typing import Any

import pytest

from workbench.engine.protocol import EngineError
from workbench.engine.tasks import class_map
from workbench.engine.tasks.task import NO_LABEL, Port, Ports


def reading(label_set: Any, match_by: str = "index") -> dict[str, Any]:
    return {"classes": {"label_set": label_set, "match_by": match_by, "background": False}}


class TestLabelSets:
    @pytest.mark.parametrize(
        ("name", "count"), [("imagenet_1000", 1000), ("coco_80", 80), ("coco_91", 91), ("voc_20", 20)]
    )
    def test_counts(self, name: str, count: int) -> None:
        found = class_map.label_set(name)
        assert len(found.names) == count
        for more in (found.ids, found.aliases):
            assert more is None or len(set(more)) == count

    def test_places_that_everybody_knows(self) -> None:
        imagenet = class_map.label_set("imagenet_1000")
        assert imagenet.names[0] == "tench, Tinca tinca"
        assert imagenet.names[207] == "golden retriever"
        assert imagenet.names[999].startswith("toilet tissue")
        assert imagenet.aliases is not None
        assert imagenet.aliases[1] == "n01443537"
        coco = class_map.label_set("coco_80")
        assert coco.ids is not None
        assert (coco.names[0], coco.ids[0], coco.names[79], coco.ids[79]) == ("person", 1, "toothbrush", 90)
        assert (coco.names[16], coco.ids[16]) == ("dog", 18)
        assert class_map.label_set("voc_20").names[14] == "person"


class TestMake:
    def test_the_datasets_own_labels(self) -> None:
        found = class_map.make(reading("dataset"), ["cat", "dog"])
        assert found.map.labels == (0, 1)
        assert found.map.names == ("cat", "dog")
        assert found.map.label(2) == NO_LABEL

    def test_by_index(self) -> None:
        found = class_map.make(reading(["a", "b", "c"]), ["x", "y"])
        assert found.map.labels == (0, 1, NO_LABEL)
        assert found.labels == ("x", "y")

    def test_by_name_with_voc_words(self) -> None:
        found = class_map.make(reading("coco_80", "name"), ["sofa", "tvmonitor", "Potted_Plant", "aeroplane", "elf"])
        names = dict(zip(found.map.names, found.map.labels, strict=True))
        assert names["couch"] == 0
        assert names["tv"] == 1
        assert names["potted plant"] == 2
        assert names["airplane"] == 3
        assert names["person"] == NO_LABEL
        assert found.notes == ("1 of the dataset's 5 labels are no class of the model: 'elf'.",)

    def test_by_name_of_wordnet_and_of_first_words(self) -> None:
        found = class_map.make(reading("imagenet_1000", "name"), ["n01443537", "tench", "crane"])
        assert found.map.labels[:2] == (1, 0)
        # The bird and the machine have one name: both are what the dataset calls so.
        assert [index for index, label in enumerate(found.map.labels) if label == 2] == [134, 517]

    def test_by_id(self) -> None:
        """Of COCO's numbers 18 is the dog, the 17th of 80 classes and the 18th of 91."""
        labels, ids = ["dog", "person"], [18, 1]
        for name, place in (("coco_80", 16), ("coco_91", 17)):
            found = class_map.make(reading(name, "id"), labels, ids)
            assert found.map.labels[place] == 0
            assert found.map.labels[0] == 1
            assert sum(label != NO_LABEL for label in found.map.labels) == 2

    @pytest.mark.parametrize(
        ("label_set", "labels", "ids"),
        [(["a"], ["a"], [1]), ("coco_80", ["dog"], None), ("voc_20", ["dog"], [1]), ("coco_80", ["elf"], [500])],
    )
    def test_numbers_that_cannot_meet(self, label_set: Any, labels: list[str], ids: list[int] | None) -> None:
        with pytest.raises(EngineError, match="match_by") as caught:
            class_map.make(reading(label_set, "id"), labels, ids)
        assert caught.value.code == "reading_invalid"

    def test_a_dataset_without_labels(self) -> None:
        named = class_map.make(reading("voc_20", "name"), None)
        assert named.labels[7] == "cat"
        assert named.map.label(7) == 7
        assert class_map.make(reading("dataset"), None).labels == ()

    @pytest.mark.parametrize(
        ("family", "shape", "count"),
        [("classification", (1, 7), 7), ("classification", (1, 1), 1000), ("per_pixel", (1, 5, 40, 60), 5),
         ("per_pixel", (1, 40, 60), 1000), ("ssd", (1, 1, 200, 7), 1000)],
    )  # fmt: skip
    def test_classes_that_nobody_named(self, family: str, shape: tuple[int, ...], count: int) -> None:
        ports = Ports((), (Port("out", ("out",), shape, "f32"),))
        found = class_map.unnamed({"decoding": {"family": family, "output": None}}, ports)
        assert len(found.labels) == count
        assert found.labels[1] == "class 1"
        assert found.map.label(1) == 1
        assert found.map.label(count) == NO_LABEL
        assert found.map.names == ()
