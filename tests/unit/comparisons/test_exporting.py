"""A comparison as a table holds its figures and all of its rows."""

import csv
import io

from tests.unit.comparisons.measured import layer, network, side
from workbench.comparisons.comparing import compare
from workbench.comparisons.exporting import comparison_csv


def test_figures_and_layers() -> None:
    one = network(layer("c1", 70.25, ("c1", "Convolution")), layer("=pool", 5, ("=pool", "MaxPool"), type="Pooling"))
    two = network(layer("c1", 20, ("c1", "Convolution"), runtime_precision="i8"))
    found = compare([side(one), side(two, throughput_fps=150.0, throughput_ci95=[149.0, 151.0])])
    rows = list(csv.DictReader(io.StringIO(comparison_csv(found), newline="")))
    figure = next(row for row in rows if row["name"] == "throughput_fps")
    assert (figure["unit"], figure["value_A"], figure["value_B"], figure["ratio_B"]) == ("FPS", "100.0", "150.0", "1.5")
    assert float(figure["ratio_ci95_low_B"]) < 1.5 < float(figure["ratio_ci95_high_B"])
    assert figure["certain_B"] == "true"
    layers = [row for row in rows if row["kind"] == "layers"]
    assert [(row["name"], row["value_A"], row["value_B"], row["difference_B"]) for row in layers] == [
        ("c1", "70.25", "20.0", "-50.25"),
        ("'=pool", "5.0", "", "-5.0"),
    ]
    assert layers[1]["only_in"] == "A"
    assert [row["only_in"] for row in rows if row["kind"] == "side"] == ["A", "B"]
