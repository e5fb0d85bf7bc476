import numpy as np

from workbench.accuracy.schemas import Metric
from workbench.engine.tasks import metric


def test_an_entry_is_what_the_schema_says() -> None:
    entry = metric.mean(np.array([0.0, 1.0, 1.0, 1.0]), "Share", "told", unit="dB", better="lower")
    found = Metric.model_validate(entry)
    assert (found.value, found.unit, found.better, found.description) == (0.75, "dB", "lower", "told")
    assert found.ci95 is not None
    assert found.ci95[0] < 0.75 <= found.ci95[1]


def test_what_is_not_a_number_is_none() -> None:
    assert metric.known(float("nan")) is None
    assert metric.known(float("inf")) is None
    assert metric.known(0.5) == 0.5


def test_names_of_labels() -> None:
    assert metric.label_name(["a", "b"], 1) == "b"
    assert metric.label_name(["a"], None) is None
    assert metric.label_name(["a"], -1) is None
    assert metric.label_name(["a"], 5) == "class 5"
