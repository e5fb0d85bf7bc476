"""Subsets: in proportion, reproducible, and whole datasets of their own."""

import io
from collections import Counter
from hashlib import blake2b
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.datasets.material import Content, Imported, picture
from workbench.datasets.internal_form import DatasetReader
from workbench.datasets.subset import run, strata_of, stratified_order
from workbench.engine.protocol import Emitter, EngineError


class TestStrataOf:
    def test_a_label_is_its_own(self) -> None:
        assert strata_of([[0], [1], [0]]) == [0, 1, 0]

    def test_the_rarest_of_several(self) -> None:
        assert strata_of([[0], [0, 1], [0, 0, 0]]) == [0, 1, 0]

    def test_samples_count_and_not_objects(self) -> None:
        assert strata_of([[1, 1, 1, 1, 0], [0]]) == [1, 0]

    def test_none(self) -> None:
        assert strata_of([[], [3]]) == [-1, 3]


class TestStratifiedOrder:
    @given(st.lists(st.integers(-1, 5), max_size=60), st.integers(0, 2**31 - 1))
    def test_every_sample_once(self, strata: list[int], seed: int) -> None:
        assert sorted(stratified_order(strata, seed)) == list(range(len(strata)))

    @given(st.integers(1, 12), st.integers(1, 12), st.integers(0, 2**31 - 1))
    def test_classes_of_one_size_give_the_same_number(self, classes: int, size: int, seed: int) -> None:
        """k·classes of classes·size samples are k of each class."""
        strata = [number % classes for number in range(classes * size)]
        order = stratified_order(strata, seed)
        for each in range(size + 1):
            counts = Counter(strata[number] for number in order[: each * classes])
            assert all(counts[label] == each for label in range(classes))

    @given(st.lists(st.integers(1, 40), min_size=1, max_size=6), st.floats(0, 1), st.integers(0, 1000))
    def test_never_far_from_proportion(self, sizes: list[int], part: float, seed: int) -> None:
        """Each stratum gives n·t rounded up or down for one t, so two shares differ by less than 1/n + 1/m."""
        strata = [label for label, size in enumerate(sizes) for _ in range(size)]
        chosen = Counter(strata[number] for number in stratified_order(strata, seed)[: int(part * len(strata))])
        for one, n in enumerate(sizes):
            for other, m in enumerate(sizes):
                assert abs(chosen[one] / n - chosen[other] / m) < 1 / n + 1 / m + 1e-9

    def test_the_same_on_every_machine(self) -> None:
        """Within a class by the hash of seed and number; another order would change every subset made before."""
        by_hash = sorted(range(50), key=lambda number: blake2b(b"7:%d" % number, digest_size=8).hexdigest())
        assert stratified_order([0] * 50, 7) == by_hash
        assert stratified_order([0] * 50, 8) != by_hash

    def test_larger_subsets_contain_smaller_ones(self) -> None:
        order = stratified_order([number % 7 for number in range(100)], 3)
        assert set(order[:20]) < set(order[:50])

    def test_small_classes_are_not_left_out_for_good(self) -> None:
        """A class of one among a class of 99: in half of the halves."""
        strata = [0] * 99 + [1]
        taken = sum(99 in stratified_order(strata, seed)[:50] for seed in range(200))
        assert 70 < taken < 130


class TestOperation:
    @pytest.fixture
    def parent(self, tmp_path: Path) -> Imported:
        content: Content = {
            f"class{label}/{number}.png": picture(20 + label, 10, seed=10 * label + number)
            for label in range(3)
            for number in range(4)
        }
        return Imported(tmp_path / "parent", content)

    def subset(self, parent: Imported, work: Path, count: object, seed: object = 1) -> DatasetReader:
        (work / "inputs").mkdir(parents=True)
        (work / "inputs" / "dataset").symlink_to(parent.folder)
        self.stream = io.StringIO()
        run({"dataset": "inputs/dataset", "count": count, "seed": seed}, work, Emitter(self.stream))
        return DatasetReader(work / "out" / "dataset")

    def test_in_proportion(self, parent: Imported, tmp_path: Path) -> None:
        reader = self.subset(parent, tmp_path / "work", 6)
        assert reader.count == 6
        assert reader.facts["class_counts"] == {"0": 2, "1": 2, "2": 2}
        assert reader.facts["subset"] == {"count": 6, "seed": 1}
        assert reader.facts["format"] == "imagenet_folders"
        assert reader.labels == ["class0", "class1", "class2"]

    def test_samples_are_whole(self, parent: Imported, tmp_path: Path) -> None:
        reader = self.subset(parent, tmp_path / "work", 6)
        whole = DatasetReader(parent.folder)
        by_source = {sample["source"]: sample for sample in whole.samples()}
        sources = [sample["source"] for sample in reader.samples()]
        assert sources == sorted(sources)
        for number, sample in enumerate(reader.samples()):
            original = by_source[sample["source"]]
            assert sample == {**original, "id": number, "file": f"images/{number:06d}.png"}
            assert reader.image_path(number).read_bytes() == whole.image_path(original["id"]).read_bytes()
            assert reader.thumbnail_path(number).read_bytes() == whole.thumbnail_path(original["id"]).read_bytes()
            assert reader.image_path(number).stat().st_nlink == 1

    def test_reproducible(self, parent: Imported, tmp_path: Path) -> None:
        chosen = [
            [sample["source"] for sample in self.subset(parent, tmp_path / str(number), 5, seed).samples()]
            for number, seed in enumerate((4, 4, 5))
        ]
        assert chosen[0] == chosen[1] != chosen[2]

    def test_all_of_it(self, parent: Imported, tmp_path: Path) -> None:
        assert self.subset(parent, tmp_path / "work", 12).count == 12

    @pytest.mark.parametrize(
        "count, seed, code",
        [
            (13, 0, "subset_too_large"),
            (0, 0, "subset_invalid"),
            ("5", 0, "subset_invalid"),
            (5, None, "subset_invalid"),
        ],
    )
    def test_refusals(self, parent: Imported, tmp_path: Path, count: object, seed: object, code: str) -> None:
        with pytest.raises(EngineError) as refused:
            self.subset(parent, tmp_path / "work", count, seed)
        assert refused.value.code == code
        assert not (tmp_path / "work" / "out").exists()
