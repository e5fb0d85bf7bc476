"""The calls of the Python client that are about datasets."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from workbench.client import sources
from workbench.client.connection import Connection, Json, ref
from workbench.client.errors import BadFiles

OnSending = Callable[[int, int], Any]
SCHEMES = ("http://", "https://", "s3://")


class DatasetCalls(ABC):
    """What `Client` has for datasets."""

    _connection: Connection

    @abstractmethod
    def _import(self, address: str, paths: list[Path], wanted: Json, on_sending: OnSending | None) -> Json: ...

    @abstractmethod
    def _send(self, packed: list[tuple[str, Path]], on_sending: OnSending | None) -> list[str]: ...

    def datasets(self, limit: int | None = None, **filters: Any) -> Json:
        """`{items, total}`, newest first; filters: `q`, `format`, `state`, `sort`."""
        return self._connection.items("/datasets", limit, **filters)

    def dataset(self, dataset: str) -> Json:
        return self._connection.get(f"/datasets/{ref(dataset)}")

    def import_dataset(self, paths: Sequence[Path | str], on_sending: OnSending | None = None, **wanted: Any) -> Json:
        """Start the import of an archive, a folder or files, or of one address (https, s3): `{dataset, job}`.

        `wanted`: `name`, `format`, `subset` as `{count, seed}`. Raises BadFiles too.
        """
        addresses = [path for path in paths if isinstance(path, str) and is_address(path)]
        if not addresses:
            return self._import("/datasets", sources.existing([Path(path) for path in paths]), wanted, on_sending)
        if len(paths) > 1:
            raise BadFiles("An address is imported by itself.", "Name one address and nothing else.")
        return self._connection.post("/datasets", given(wanted) | {"url": addresses[0]})

    def generate_dataset(
        self, paths: Sequence[Path | str] = (), on_sending: OnSending | None = None, **wanted: Any
    ) -> Json:
        """Make a dataset without annotations: `{dataset, job}`.

        From pictures (files or folders of this machine, which are sent), or from `dataset`, `sample_set` or
        `synthetic`; `augmentations` and `name` as the API has them. Raises BadFiles too.
        """
        body = given(wanted)
        if paths:
            found = sources.files_of(sources.existing([Path(path) for path in paths]))
            body["uploads"] = self._send(found, on_sending)
        return self._connection.post("/datasets/generated", body)

    def count_generated(self, **wanted: Any) -> Json:
        """How many pictures `generate_dataset` would make: `{originals, total}`; of what is on the server."""
        return self._connection.post("/datasets/generated/count", given(wanted))

    def split_dataset(self, dataset: str, calibration: int, **wanted: Any) -> Json:
        """Two datasets without a common sample: `{calibration, validation, job}`; `wanted`: `validation`, `seed`."""
        return self._connection.post(f"/datasets/{ref(dataset)}/splits", {"calibration": calibration, **given(wanted)})

    def subset_dataset(self, dataset: str, count: int, **wanted: Any) -> Json:
        """A smaller dataset in proportion to the classes: `{dataset, job}`; `wanted`: `name`, `seed`."""
        return self._connection.post(f"/datasets/{ref(dataset)}/subset", {"count": count, **given(wanted)})

    def delete_dataset(self, dataset: str) -> None:
        self._connection.delete(f"/datasets/{ref(dataset)}")


def is_address(text: str) -> bool:
    """Whether a text names something on another host; no path on this machine begins like that."""
    return text.lower().startswith(SCHEMES)


def given(fields: Json) -> Json:
    return {name: value for name, value in fields.items() if value is not None}
