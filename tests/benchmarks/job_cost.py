"""What a job costs beside its work: from submission to its end, less what the engine itself timed.

`python -m tests.benchmarks.job_cost [--jobs N]` starts a real `workbench up` and prints a Markdown table. The engine's
own work is reading, reshaping, compiling (also the second time, from the cache), the first inference, warming up and
measuring, as the run tells them.
"""

import argparse
import statistics
import sys
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.benchmarks.machine import describe
from tests.integration.material import pictures, small_onnx
from tests.integration.stack import Stack, running

LIMIT_S = 1.0


def own_work_s(run: dict[str, Any]) -> float:
    """Seconds that the engine timed for this run."""
    steps = ("read_ms", "reshape_ms", "compile_ms", "compile_cached_ms", "first_inference_ms")
    timed = sum(float(run[step] or 0.0) for step in steps) / 1000
    return timed + float(run["warmup"]["seconds"]) + float(run["duration_s"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=10)
    options = parser.parse_args()
    print(describe())
    print("\n| job | submit to finish s | engine's own work s | fixed cost s |\n|---|---|---|---|")
    costs = []
    with tempfile.TemporaryDirectory() as folder, running(Stack(Path(folder))) as stack:
        stack.up()
        model = stack.import_model(small_onnx(Path(folder) / "small.onnx"))
        dataset = stack.import_dataset(pictures(Path(folder) / "pictures"))
        body = {"model": model["id"], "dataset": dataset["id"], "baseline": False}
        project = stack.post("/projects", body)["project"]
        wanted = {"configurations": [{"streams": 1}], "duration_s": 1.0, "layers": False}
        for number in range(options.jobs + 1):
            job = stack.finished(stack.post(f"/projects/{project['id']}/benchmarks", wanted)["job"]["id"])
            run = stack.get("/runs", job=job["id"])["items"][0]
            begun, ended = (datetime.fromisoformat(job[name]) for name in ("created_at", "finished_at"))
            whole, own = (ended - begun).total_seconds(), own_work_s(run)
            if number:  # the first one fills the disk cache
                costs.append(whole - own)
                print(f"| {number} | {whole:.2f} | {own:.2f} | {whole - own:.2f} |")
    print(f"\nFixed cost: median {statistics.median(costs):.2f} s, worst {max(costs):.2f} s (limit {LIMIT_S} s).")
    sys.exit(statistics.median(costs) > LIMIT_S)


if __name__ == "__main__":
    main()
