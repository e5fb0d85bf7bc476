"""Readings, reports and predictions, as the client offers them."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from workbench.client import exports
from workbench.client.connection import Connection, Json, ref
from workbench.client.exports import Export

Send = Callable[[list[tuple[str, Path]]], list[str]]


class Accuracy:
    """`client.accuracy`; a name or an id serves as every project, model and dataset."""

    def __init__(self, connection: Connection, send: Send) -> None:
        self._connection, self._send = connection, send

    # --- how a model is read ---

    def reading(self, project: str) -> Json:
        """`{reading, source, guesses, complete, missing, yaml}`."""
        return self._connection.get(f"/projects/{ref(project)}/reading")

    def set_reading(self, project: str, **wanted: Any) -> Json:
        """`reading`, or `yaml` with `format` ("workbench" or "accuracy_checker").

        Raises ApiError `invalid_reading`, whose `errors` have line and column.
        """
        return self._connection.put(f"/projects/{ref(project)}/reading", wanted)

    def check_reading(self, project: str, **wanted: Any) -> Json:
        """`{reading, problems, unsupported}` of what `set_reading` takes, without keeping it."""
        return self._connection.post(f"/projects/{ref(project)}/reading/check", wanted)

    def forget_reading(self, project: str) -> Json:
        """Back to what is guessed."""
        path = f"/projects/{ref(project)}/reading"
        self._connection.delete(path)
        return self._connection.get(path)

    def export_reading(self, project: str, format: str = "workbench") -> Export:
        """As YAML; `format`: workbench or accuracy_checker."""
        return exports.fetch(self._connection, f"/projects/{ref(project)}/reading/export", {"format": format})

    # --- reports ---

    def start(self, project: str, **wanted: Any) -> Json:
        """`{job}`, whose result names the report.

        `wanted`: `kind`, `subset` and `without` as `{count, seed}`, `precision`, `per_layer`, `yaml`.
        """
        return self._connection.post(f"/projects/{ref(project)}/reports", wanted)

    def reports(self, limit: int | None = None, **filters: Any) -> Json:
        """`{items, total}`, newest first; filters: `project`, `kind`, `sort`."""
        return self._connection.items("/reports", limit, **filters)

    def report(self, report_id: str) -> Json:
        return self._connection.get(f"/reports/{ref(report_id)}")

    def tables(self, report_id: str) -> Json:
        """`{classes, confusion, curves}`."""
        return self._connection.get(f"/reports/{ref(report_id)}/tables")

    def rows(self, report_id: str, where: Sequence[str] = (), **query: Any) -> Json:
        """`{items, total, offset}`; `where`: conditions such as "loss > 1"; `sort`, `offset`, `limit`, `table`."""
        return self._connection.get(f"/reports/{ref(report_id)}/samples", where=list(where), **query)

    def sample(self, report_id: str, row: int) -> Json:
        return self._connection.get(f"/reports/{ref(report_id)}/samples/{row}")

    def compare(self, report_id: str, before: str, **query: Any) -> Json:
        """Sample by sample: `{counts, items, metrics, …}`; `change`, `offset`, `limit`."""
        return self._connection.get(f"/reports/{ref(report_id)}/comparison", before=before, **query)

    def export(
        self, report_id: str, format: str, where: Sequence[str] = (), sort: str | None = None, table: str = "samples"
    ) -> Export:
        """The rows; `format`: csv or json; `table`: samples, or classes for a row for each class of each sample."""
        query = {"format": format, "where": list(where), "sort": sort, "table": table}
        return exports.fetch(self._connection, f"/reports/{ref(report_id)}/export", query)

    def delete(self, report_id: str) -> None:
        self._connection.delete(f"/reports/{ref(report_id)}")

    # --- single pictures ---

    def predict(self, pictures: Sequence[Path] = (), mask: Path | None = None, **wanted: Any) -> Json:
        """Try pictures, which are sent, or samples: `{prediction, job}`.

        `wanted`: `project`, or `model` with `target` and `device`; `dataset`, `sample`, `second_sample`; `reading`,
        `with_parent`, `importance`.
        """
        body = {name: value for name, value in wanted.items() if value is not None}
        if pictures:
            # Names of one import must differ, and here they say nothing.
            body["uploads"] = self._send([(f"{number}-{path.name}", path) for number, path in enumerate(pictures)])
        if mask is not None:
            (body["mask_upload"],) = self._send([(f"mask-{mask.name}", mask)])
        return self._connection.post("/predictions", body)

    def prediction(self, prediction_id: str) -> Json:
        return self._connection.get(f"/predictions/{ref(prediction_id)}")

    def prediction_file(self, prediction_id: str, name: str) -> Export:
        return exports.fetch(self._connection, f"/predictions/{ref(prediction_id)}/files/{ref(name)}", {})
