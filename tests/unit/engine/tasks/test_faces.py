from typing import Any

import numpy as np
import pytest
from sklearn import metrics as sklearn_metrics

from tests.unit.engine.tasks.pictures_and_scores import WHOLE, checked, class_map, facts, ports, reading, truth
from workbench.engine.protocol import EngineError
from workbench.engine.tasks import faces
from workbench.engine.tasks.task import Answer


class TestDecoder:
    @pytest.mark.parametrize("shape", [(1, 4), (1, 4, 1, 1), (4,), (1, 1, 1, 4)])
    def test_a_row_of_any_shape(self, shape: tuple[int, ...]) -> None:
        decode = faces.decoder(reading("embedding"), ports(out=shape), class_map([]))
        found = decode({"out": np.arange(4, dtype=np.float32).reshape(shape)}, WHOLE).embedding
        assert found is not None
        assert found.tolist() == [0, 1, 2, 3]
        assert found.dtype == np.float32

    def test_refuses_a_map(self) -> None:
        with pytest.raises(EngineError) as caught:
            faces.decoder(reading("embedding"), ports(out=(1, 4, 7, 7)), class_map([]))
        assert caught.value.code == "decoding_mismatch"


def test_similarities() -> None:
    first = np.array([[1, 0], [3, 4], [0, 0]], np.float32)
    second = np.array([[0, 2], [6, 8], [1, 1]], np.float32)
    assert faces.similarities(first, second, "cosine") == pytest.approx([0, 1, 0])
    assert faces.similarities(first, second, "euclidean") == pytest.approx([-np.sqrt(5), -5, -np.sqrt(2)])


def people(count: int = 120, spread: float = 0.9) -> tuple[Any, list[tuple[int, int, int, int]]]:
    """Embeddings of two pictures of each of `count` people, and pairs in four folds."""
    generator = np.random.default_rng(0)
    who = generator.normal(size=(count, 1, 8))
    vectors = (who + spread * generator.normal(size=(count, 2, 8))).reshape(-1, 8).astype(np.float32)
    pairs = []
    for person in range(count):
        fold = person * 4 // count
        pairs.append((2 * person, 2 * person + 1, 1, fold))
        pairs.append((2 * person, 2 * ((person + 1) % count) + 1, 0, fold))
    return vectors, pairs


def judged(vectors: Any, pairs: Any, **options: Any) -> Any:
    judge = faces.judge(reading("embedding", **options), facts(pairs=pairs))
    for number in np.random.default_rng(1).permutation(len(vectors)):
        judge.add(truth(int(number)), Answer(embedding=vectors[number]))
    return checked(judge.finish())


def cosine(vectors: Any, pairs: Any) -> Any:
    unit = vectors.astype(float) / np.linalg.norm(vectors.astype(float), axis=1, keepdims=True)
    return np.array([unit[pair[0]] @ unit[pair[1]] for pair in pairs])


class TestFinish:
    def test_roc_is_that_of_scikit_learn(self) -> None:
        vectors, pairs = people()
        summary = judged(vectors, pairs)
        same = np.array([pair[2] for pair in pairs])
        scores = cosine(vectors, pairs)
        assert summary.metrics["auc"]["value"] == pytest.approx(sklearn_metrics.roc_auc_score(same, scores), abs=1e-9)
        far, tar, _ = sklearn_metrics.roc_curve(same, scores, drop_intermediate=False)
        for limit in (0.01, 0.1):
            assert summary.metrics[f"tar@far{limit:g}"]["value"] == pytest.approx(tar[far <= limit].max())
        (curves,) = summary.tables["curves"]
        (curve,) = curves["curves"]
        assert np.trapezoid(curve["y"], curve["x"]) == pytest.approx(summary.metrics["auc"]["value"])
        assert np.isfinite(curve["threshold"]).all()
        assert len(curve["x"]) == len(curve["y"]) == len(curve["threshold"])

    def test_a_fold_is_judged_by_the_best_threshold_of_the_others(self) -> None:
        vectors, pairs = people()
        summary = judged(vectors, pairs)
        scores, same = cosine(vectors, pairs), np.array([bool(pair[2]) for pair in pairs])
        fold = np.array([pair[3] for pair in pairs])
        right = 0
        for number in range(4):
            row = next(one for one in summary.tables["classes"] if one["label"] == number)
            threshold = row["metrics"]["threshold"]
            others = fold != number
            tries = [*scores[others], np.inf]
            best = max(((scores[others] >= one) == same[others]).sum() for one in tries)
            assert ((scores[others] >= threshold) == same[others]).sum() == best
            own = ((scores[~others] >= threshold) == same[~others]).sum()
            assert row["metrics"]["accuracy"] == pytest.approx(own / (~others).sum())
            right += own
        found = summary.metrics["pairwise_accuracy"]
        assert found["value"] == pytest.approx(right / len(pairs))
        assert found["ci95"][0] < found["value"] < found["ci95"][1]
        assert found["value"] <= summary.metrics["best_accuracy"]["value"]
        assert summary.primary == "pairwise_accuracy"

    def test_rows_are_pairs(self) -> None:
        vectors, pairs = people()
        judge = faces.judge(reading("embedding"), facts(pairs=pairs))
        summary = judged(vectors, pairs)
        rows = summary.late_rows
        scores = cosine(vectors, pairs)
        assert [(row["sample"], row["other"], row["same"]) for row in rows] == [
            (one, other, bool(same)) for one, other, same, _ in pairs
        ]
        assert [row["similarity"] for row in rows] == pytest.approx(scores)
        assert (rows[0]["name"], rows[0]["other_name"]) == ("0.png", "1.png")
        assert set(rows[0]) == {"sample", "name", *(column.name for column in judge.columns)}
        for row in rows:
            assert row["error"] == ((row["similarity"] >= row["threshold"]) != row["same"])
            assert (row["loss"] > 0) == row["error"] or row["similarity"] == row["threshold"]
        wrong = np.mean([row["error"] for row in rows])
        assert summary.metrics["pairwise_accuracy"]["value"] == pytest.approx(1 - wrong)

    def test_faces_that_are_told_apart(self) -> None:
        vectors, pairs = people(spread=0.01)
        summary = judged(vectors, pairs)
        found = {name: entry["value"] for name, entry in summary.metrics.items()}
        assert (found["pairwise_accuracy"], found["auc"], found["eer"], found["tar@far0.001"]) == (1, 1, 0, 1)
        assert all(row["loss"] == 0 for row in summary.late_rows)

    def test_euclidean(self) -> None:
        vectors, pairs = people()
        summary = judged(vectors, pairs, distance="euclidean")
        wanted = -np.linalg.norm(vectors[0] - vectors[1])
        assert summary.late_rows[0]["similarity"] == pytest.approx(wanted, rel=1e-6)

    def test_without_folds_they_are_dealt(self) -> None:
        pairs = [(0, index, index % 2, 0) for index in range(60)]
        found = faces.fold_numbers(pairs, 10)
        assert np.bincount(found).tolist() == [6] * 10
        assert np.bincount(found[1::2]).tolist() == [3] * 10
        assert faces.fold_numbers([(0, 1, 1, 3), (0, 2, 0, 7)], 10).tolist() == [3, 7]

    def test_pairs_of_one_kind_have_no_curve(self) -> None:
        summary = judged(np.eye(4, dtype=np.float32), [(0, 1, 1, 0), (2, 3, 1, 0)])
        assert "auc" not in summary.metrics
        assert summary.tables["curves"] == []
        assert summary.metrics["pairwise_accuracy"]["value"] == 1

    def test_pairs_without_both_pictures_are_noted(self) -> None:
        vectors, pairs = people()
        summary = judged(vectors, [*pairs, (0, 999, 1, 0)])
        assert len(summary.late_rows) == len(pairs)
        assert any("1" in note for note in summary.notes)

    def test_no_pair_at_all(self) -> None:
        judge = faces.judge(reading("embedding"), facts(pairs=[(0, 1, 1, 0)]))
        judge.add(truth(0), Answer(embedding=np.ones(4, np.float32)))
        with pytest.raises(EngineError) as caught:
            judge.finish()
        assert caught.value.code == "no_samples"

    def test_a_dataset_without_pairs(self) -> None:
        with pytest.raises(EngineError) as caught:
            faces.judge(reading("embedding"), facts())
        assert caught.value.code == "dataset_unreadable"
