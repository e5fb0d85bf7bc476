"""How long the server takes to filter, sort and page a report of 50,000 rows; at most 300 ms are wanted.

    python -m tests.benchmarks.report_rows [--rows 50000] [--repeats 20]

Over HTTP on loopback, with the table closed (the first look) and open (all others). Prints a table and exits 1 when the
median of a kind of question takes longer.
"""

import argparse
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.server import client_of, migrated, runtime_of
from tests.unit.accuracy.material import add_report, rows_of, settle
from workbench.accuracy import tables
from workbench.runtime import Runtime

LIMIT_MS = 300.0
QUESTIONS: dict[str, dict[str, Any]] = {
    "first page": {"limit": 100},
    "last page": {"limit": 100, "offset": -100},
    "sorted by loss": {"limit": 100, "sort": "-loss"},
    "only errors, worst first": {"limit": 100, "where": "error = true", "sort": "-loss"},
    "a text, sorted by a text": {"limit": 100, "where": "name contains 77", "sort": "name"},
    "four conditions, last page": {
        "limit": 500,
        "offset": -500,
        "where": ["loss > 0.1", "label in [0, 2]", "label_name contains E", "error != true"],
        "sort": "-loss",
    },
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--repeats", type=int, default=20)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, runtime_of(migrated(Path(folder))) as runtime:
        return _measure(runtime, wanted.rows, wanted.repeats)


def _measure(runtime: Runtime, count: int, repeats: int) -> int:
    chance = random.Random(3)
    losses = [chance.random() * 10 for _ in range(count)]
    report = add_report(runtime, settle(runtime), rows_of(losses, [loss > 8 for loss in losses]))
    slow = False
    print(f"{count:,} rows{'':24} {'first':>9} {'median':>9} {'slowest':>9}")
    with client_of(runtime) as client:
        client.get("/api/v1/reports")  # connect, and let the server wake its first threads
        for name, question in QUESTIONS.items():
            query = dict(question)
            if query.get("offset", 0) < 0:
                query["offset"] += client.get(f"/api/v1/reports/{report}/samples", params=query | {"offset": 0}).json()[
                    "total"
                ]
            tables.forget(runtime.storage.root)
            times = []
            for _ in range(repeats + 1):
                start = time.perf_counter()
                answer = client.get(f"/api/v1/reports/{report}/samples", params=query)
                times.append(1000 * (time.perf_counter() - start))
                assert answer.status_code == 200, answer.text
                assert answer.json()["items"]
            first, median, slowest = times[0], statistics.median(times[1:]), max(times[1:])
            slow = slow or median > LIMIT_MS or first > LIMIT_MS
            print(f"{name:36} {first:6.1f} ms {median:6.1f} ms {slowest:6.1f} ms")
    print(f"{'slower than' if slow else 'all within'} {LIMIT_MS:.0f} ms")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
