"""A dataset that is read sample by sample."""

import json
from pathlib import Path

import pytest

from tests.unit.engine.reports import RED, annotated, plain
from workbench.engine import samples
from workbench.engine.protocol import EngineError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return annotated(tmp_path / "d", [(plain(RED), {"label": n}) for n in range(5)], labels=["a"], label_ids=[7])


def test_records_in_any_order(folder: Path) -> None:
    dataset = samples.read(folder)
    assert dataset.count == 5
    assert dataset.labels == ["a"]
    assert dataset.label_ids == [7]
    assert [record["label"] for record in dataset.records([4, 0, 2])] == [4, 0, 2]


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "images/../../x", "a\0b"])
def test_paths_stay_inside(folder: Path, name: str) -> None:
    with pytest.raises(EngineError) as caught:
        samples.read(folder).path(name)
    assert caught.value.code == "dataset_unreadable"


def test_what_is_no_dataset(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(EngineError) as caught:
        samples.read(tmp_path / "none")
    assert caught.value.code == "dataset_unreadable"
    (folder / "index.jsonl").write_text("[1]\n" * 50)
    with pytest.raises(EngineError) as caught:
        list(samples.read(folder).records([0]))
    assert caught.value.code == "dataset_unreadable"
    (folder / "dataset.json").write_text("no json")
    with pytest.raises(EngineError) as caught:
        samples.read(folder)
    assert caught.value.code == "dataset_unreadable"


def test_what_calibrates_does_not_judge(folder: Path) -> None:
    """The samples that are left out, and the others, are all of them, each once; a subset is drawn from the others."""
    dataset = samples.read(folder)
    out = samples.chosen(dataset, {"count": 2, "seed": 3})
    others = samples.chosen(dataset, None, without={"count": 2, "seed": 3})
    assert (len(out), sorted(out + others)) == (2, [0, 1, 2, 3, 4])
    assert set(samples.chosen(dataset, {"count": 2, "seed": 9}, without={"count": 2, "seed": 3})) < set(others)
    assert samples.chosen(dataset, None, without={"count": 5, "seed": 0}) == []


def test_subsets_of_pairs_keep_their_samples() -> None:
    pairs = [(n, n + 10, n % 2, 0) for n in range(8)]
    kept, numbers = samples.chosen_pairs(pairs, {"count": 3, "seed": 1})
    assert len(kept) == 3
    assert numbers == sorted({number for pair in kept for number in pair[:2]})
    assert samples.chosen_pairs(pairs, None)[0] == pairs


def test_masks_of_both_forms(folder: Path) -> None:
    def with_masks(masks: object) -> samples.Dataset:
        (folder / "dataset.json").write_text(json.dumps({"labels": ["a"], "masks": masks}))
        return samples.read(folder)

    with_masks({"ignore": 255, "background": True}).check_masks()
    assert with_masks({"ignore": 255, "background": True}).background is True
    of_old: list[dict[str, object]] = [{"classes": []}, {"background": True}]
    for older in of_old:
        with pytest.raises(EngineError, match="older form"):
            with_masks(older).check_masks()


def test_labels_that_nobody_named_are_their_numbers(folder: Path) -> None:
    facts = json.loads((folder / "dataset.json").read_text())
    for counts, expected in (({"0": 1, "3": 2}, ["0", "1", "2", "3"]), ({}, None)):
        (folder / "dataset.json").write_text(json.dumps(facts | {"labels": None, "class_counts": counts}))
        assert samples.read(folder).labels == expected
