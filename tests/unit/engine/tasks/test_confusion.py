import numpy as np
import pytest
from sklearn import metrics as sklearn_metrics

from workbench.engine.tasks import confusion


class TestCounted:
    @pytest.mark.parametrize(("dtype", "classes"), [(np.uint8, 21), (np.uint8, 254), (np.uint16, 21), (np.uint16, 400)])
    def test_is_that_of_scikit_learn(self, dtype: type, classes: int) -> None:
        generator = np.random.default_rng(0)
        annotated, predicted = generator.integers(0, classes, (2, 400, 300)).astype(dtype)
        wanted = sklearn_metrics.confusion_matrix(annotated.ravel(), predicted.ravel(), labels=range(classes))
        assert (confusion.counted(annotated, predicted, classes) == wanted).all()

    def test_leaves_out_what_is_ignored_on_either_side(self) -> None:
        annotated, predicted = np.array([0, 1, 255, 1], np.uint8), np.array([0, 0, 1, 255], np.uint8)
        assert confusion.counted(annotated, predicted, 2).tolist() == [[1, 0], [1, 0]]

    def test_is_exact_for_large_pictures(self) -> None:
        annotated = np.zeros((4097, 4097), np.uint8)
        annotated[0, 0] = 1
        assert confusion.counted(annotated, annotated, 2).tolist() == [[4097**2 - 1, 0], [0, 1]]

    def test_takes_pieces_of_arrays(self) -> None:
        annotated = np.array([[0, 9, 1], [9, 9, 9], [1, 9, 1]], np.uint8)[::2, ::2]
        assert confusion.counted(annotated, annotated.T, 2).tolist() == [[1, 0], [0, 3]]

    def test_takes_arrays_of_two_types(self) -> None:
        assert confusion.counted(np.array([299], np.uint16), np.array([3], np.uint8), 300)[299, 3] == 1


def test_cells_are_those_that_are_not_zero() -> None:
    assert confusion.cells(np.array([[0, 2], [0, 5]])) == [[0, 1, 2], [1, 1, 5]]


def test_share_of_nothing_is_not_a_number() -> None:
    found = confusion.share(np.array([1, 0]), np.array([4, 0]))
    assert found[0] == 0.25
    assert np.isnan(found[1])
