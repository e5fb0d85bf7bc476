"""The tables of reports: Parquet files, opened once and kept while they are looked at."""

import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from workbench.accuracy import filters
from workbench.accuracy.filters import BadFilter

SAMPLES, CLASSES = "samples.parquet", "classes.parquet"
KEPT_TABLES, KEPT_BYTES = 8, 512 * 1024**2
BATCH = 2000
compute: Any = pc


class BadRowSort(BadFilter):
    code = "invalid_sort"
    title = "The rows cannot be sorted by that"


class Table:
    """Rows in the order of their column `row`; `types`: column → integer, number, text or boolean."""

    def __init__(self, path: Path) -> None:
        self.data: pa.Table = pq.read_table(path, memory_map=True)
        self.types = {field.name: _type(field.type) for field in self.data.schema}

    @property
    def size_bytes(self) -> int:
        return int(self.data.nbytes)

    def rows(self, where: Sequence[str], sort: str | None) -> "Rows":
        """Raises BadFilter, BadRowSort."""
        conditions = [filters.parse(text, self.types) for text in where]
        mask = filters.mask(conditions, self.data.column)
        numbers: Any = None if mask is None else compute.indices_nonzero(mask)
        if sort is not None:
            numbers = self._sorted(sort, numbers)
        return Rows(self, numbers)

    def _sorted(self, sort: str, numbers: Any) -> Any:
        name, downwards = sort.removeprefix("-"), sort.startswith("-")
        if name not in self.types:
            raise BadRowSort(
                f"There is no column '{name[:60]}' to sort by.",
                code="invalid_sort",
                action=f"The columns are: {', '.join(sorted(self.types))}.",
            )
        values = self.data.column(name)
        if pa.types.is_dictionary(values.type):
            values = values.cast(pa.string())
        if numbers is not None:
            values = values.take(numbers)
        # Equal values stay in the order of the rows; rows without a value come last both ways.
        table = pa.table({"value": values, "place": pa.array(np.arange(len(values)))})
        keys = [("value", "descending" if downwards else "ascending", "at_end"), ("place", "ascending", "at_end")]
        order = compute.sort_indices(table, sort_keys=keys)
        return order if numbers is None else compute.take(numbers, order)


class Rows:
    """Some rows of a table, in an order."""

    def __init__(self, table: Table, numbers: Any) -> None:
        self._table, self._numbers = table, numbers

    def __len__(self) -> int:
        return self._table.data.num_rows if self._numbers is None else len(self._numbers)

    def page(self, offset: int, limit: int) -> list[dict[str, Any]]:
        data = self._table.data
        if self._numbers is None:
            part = data.slice(offset, limit)
        else:
            part = data.take(self._numbers.slice(offset, limit))
        return [dict(row) for row in part.to_pylist()]

    def batches(self) -> Iterator[list[dict[str, Any]]]:
        for offset in range(0, len(self), BATCH):
            yield self.page(offset, BATCH)


def _type(kind: Any) -> str:
    if pa.types.is_boolean(kind):
        return "boolean"
    if pa.types.is_integer(kind):
        return "integer"
    return "number" if pa.types.is_floating(kind) else "text"


_open: "OrderedDict[Path, Table]" = OrderedDict()
_guard = threading.Lock()


def table(path: Path) -> Table:
    """The table of a file that never changes; those looked at last stay open."""
    with _guard:
        found = _open.get(path)
        if found is not None:
            _open.move_to_end(path)
            return found
    made = Table(path)
    with _guard:
        _open[path] = made
        while len(_open) > 1 and (len(_open) > KEPT_TABLES or _bytes_open() > KEPT_BYTES):
            _open.popitem(last=False)
    return made


def _bytes_open() -> int:
    return sum(one.size_bytes for one in _open.values())


def forget(folder: Path) -> None:
    """Close the tables of an artifact that is being removed."""
    with _guard:
        for path in [path for path in _open if path.is_relative_to(folder)]:
            del _open[path]
