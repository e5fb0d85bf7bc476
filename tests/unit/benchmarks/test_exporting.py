"""Runs and layers as tables: every number as it was recorded."""

import csv
import io

from tests.unit.comparisons.measured import layer, layers_of, network, run
from workbench.benchmarks.exporting import layers_csv, runs_csv


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


class TestRunsCsv:
    def test_full_digits_and_units_in_names(self) -> None:
        (row,) = table(runs_csv([run(throughput_fps=123.45678901234567, throughput_ci95=None)]))
        assert float(row["throughput_fps"]) == 123.45678901234567
        assert row["throughput_ci95_low_fps"] == ""
        assert (row["latency_p99_ms"], row["latency_p999_ms"]) == ("13.0", "")
        assert (row["batch"], row["verdict"], row["model_sha256"]) == ("1", "stable", "ab" * 32)

    def test_labels_are_no_formulas(self) -> None:
        (row,) = table(runs_csv([run(label="=1+1", verdict_reason="-x")]))
        assert (row["label"], row["verdict_reason"]) == ("'=1+1", "'-x")


class TestLayersCsv:
    def test_a_row_for_each_layer(self) -> None:
        first = layer(
            "conv", 1.5, ("conv", "Convolution"), ("=relu", "Relu"),
            flop=100, bytes=50, conversion=None, outputs=[{"shape": [1, 3, 8, 8], "precision": "f32"}],
        )  # fmt: skip
        second = layer("=evil", None, type="Reorder", conversion="precision", converts={"from": "f32", "to": "u8"})
        rows = table(layers_csv(layers_of(network(first, second))))
        assert [(row["name"], row["time_us"]) for row in rows] == [("conv", "1.5"), ("'=evil", "")]
        assert (rows[0]["originals"], rows[0]["flop"], rows[0]["outputs"]) == ("conv | =relu", "100", "1×3×8×8 f32")
        assert (rows[1]["conversion"], rows[1]["converts_from"], rows[1]["converts_to"]) == ("precision", "f32", "u8")
