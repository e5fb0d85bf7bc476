"""Versions of a model, and what they cost and gain, as the client offers them."""

from typing import Any

from workbench.client.connection import Connection, Json, ref
from workbench.client.datasets import given


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
