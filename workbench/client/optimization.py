"""Versions of a model, and what they cost and gain, as the client offers them."""

from collections.abc import Sequence
from typing import Any

from workbench.client import exports
from workbench.client.connection import Connection, Json, ref
from workbench.client.datasets import given
from workbench.client.exports import Export


class Optimization:
    """`client.optimization`; a name or an id serves as every project and dataset."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    # --- making versions ---

    def quantize(self, project: str, **wanted: Any) -> Json:
        """Start making an INT8 version: `{job, result}`.

        `wanted`: `calibration` as `{dataset, samples | percent, seed}`, `preset`, `target_device`, `model_type`,
        `fast_bias_correction`, `smooth_quant`, `smooth_quant_alpha`, `ignored` as `{names, patterns, types}`,
        `accuracy` as `{metric, max_drop, drop_type, ranking_samples}`, `measure`, `name`.
        """
        return self._connection.post(f"/projects/{ref(project)}/quantizations", given(wanted))

    def compress(self, project: str, **wanted: Any) -> Json:
        """Start making a version with smaller weights: `{job, result}`; `mode` and its options."""
        return self._connection.post(f"/projects/{ref(project)}/compressions", given(wanted))

    def version(self, job_id: str) -> Json:
        """`{job, result}` of a quantisation or compression, also while it runs."""
        return self._connection.get(f"/quantizations/{ref(job_id)}")

    # --- which operations hurt ---

    def rank(self, project: str, **wanted: Any) -> Json:
        """Start ranking the quantised operations: `{job, result}`; `measure`, `metric`, `samples`, `seed`,
        `quantize`."""
        return self._connection.post(f"/projects/{ref(project)}/sensitivities", given(wanted))

    def sensitivity(self, job_id: str) -> Json:
        """`{job, result}`."""
        return self._connection.get(f"/sensitivities/{ref(job_id)}")

    def newest_sensitivity(self, project: str) -> Json | None:
        """The newest ranking of a project, finished or not; None where there is none."""
        found: Json | None = self._connection.get(f"/projects/{ref(project)}/sensitivity")
        return found

    # --- the best version ---

    def optimize(self, project: str, **wanted: Any) -> Json:
        """Start looking for the best version and configuration within limits: `{job, result}`.

        `wanted`: `objective`, `max_drop`, `drop_type`, `metric`, `percentile`, `max_latency_ms`, `min_fps`,
        `calibration`, `methods`, `budget_s`, `cell_s`, `streams`, `batches`, `continues`.
        """
        return self._connection.post(f"/projects/{ref(project)}/optimizations", given(wanted))

    def optimization(self, job_id: str) -> Json:
        """`{job, result}` of a search for the best version, also while it runs."""
        return self._connection.get(f"/optimizations/{ref(job_id)}")

    # --- versions beside each other ---

    def start_race(
        self, sides: Sequence[Json], configuration: Json | None = None, budget_s: float | None = None
    ) -> Json:
        """Start measuring versions in turn, in one process: `{job, result}`. `sides`: `{project, precision}`."""
        wanted = {"sides": list(sides), "configuration": configuration, "budget_s": budget_s}
        return self._connection.post("/races", given(wanted))

    def race(self, job_id: str) -> Json:
        """`{job, result}` of a race."""
        return self._connection.get(f"/races/{ref(job_id)}")

    def versions(self, project: str, x: str = "latency_ms", y: str = "accuracy", pick: str = "best") -> Json:
        """All versions of a project's model on its target with its dataset, with the front of two figures.

        `pick`: `best`, the best run of each for `x`, or `race`, those of the newest race.
        """
        return self._connection.get(f"/projects/{ref(project)}/versions", x=x, y=y, pick=pick)

    def export_versions(
        self, project: str, format: str = "csv", x: str = "latency_ms", y: str = "accuracy", pick: str = "best"
    ) -> Export:
        """The same as a file; `format`: csv or json."""
        query = {"x": x, "y": y, "pick": pick, "format": format}
        return exports.fetch(self._connection, f"/projects/{ref(project)}/versions/export", query)
