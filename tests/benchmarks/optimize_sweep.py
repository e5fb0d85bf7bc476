"""`optimize` against a full manual sweep, on the sample project.

    python -m tests.benchmarks.optimize_sweep [--budget 600] [--max-drop 0.01] [--max-p99-ms 20] [--cell 3]

Both get the same versions and the same grid of streams × batches. The manual sweep makes every version (INT8 with both
presets), judges all of them on the samples that no version was calibrated with, and measures each configuration of the
grid of each version that keeps the accuracy. `optimize` is then held against the best of that: both winners are
measured in turn, each time in a fresh process. "At least as good": the ratio's interval reaches 1, and it is 0.97 at
least.
"""

import argparse
import math
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.benchmarks import machine
from tests.integration.stack import Stack, running
from workbench.optimization.verifying import STUDENT

PRESETS = ("performance", "mixed")
ROUNDS = 5


def done(stack: Stack, job_id: str) -> dict[str, Any]:
    job = stack.finished(job_id, 7200)
    assert job["state"] == "succeeded", (job, stack.client.get(f"/jobs/{job_id}/log").text[-3000:])
    return job


def sample(stack: Stack) -> str:
    """The sample project, without its baseline."""
    made = done(stack, stack.post("/system/sample", {"duration_s": 0.5})["job"]["id"])
    project: str = made["result"]["project_id"]
    stack.until(lambda: stack.get(f"/projects/{project}")["state"] == "ready", 300, "the baseline")
    return project


def accuracy(stack: Stack, project: str, without: dict[str, int]) -> float:
    job = done(stack, stack.post(f"/projects/{project}/reports", {"without": without})["job"]["id"])
    report = stack.get(f"/reports/{job['result']['report_id']}")
    return float(report["metrics"][report["primary"]]["value"])


def sweep(
    stack: Stack, project: str, grid: list[dict[str, int]], limits: argparse.Namespace
) -> tuple[dict[str, Any], float]:
    """The best run of everything, and the seconds that it took."""
    began = time.monotonic()
    versions = {"original": project}
    without = None
    for preset in PRESETS:
        wanted = {"preset": preset, "measure": {"benchmark": False, "accuracy": False, "layers": False}}
        job = done(stack, stack.post(f"/projects/{project}/quantizations", wanted)["job"]["id"])
        versions[f"INT8 {preset}"] = job["result"]["project_id"]
        calibration = stack.get(f"/models/{job['result']['model_id']}")["conversion"]["calibration"]
        without = {"count": calibration["samples"], "seed": calibration["seed"]}
    assert without is not None
    before = accuracy(stack, project, without)
    best: dict[str, Any] | None = None
    for name, version in versions.items():
        drop = before - accuracy(stack, version, without)
        if drop > limits.max_drop + 1e-12:
            print(f"  {name}: drop {drop:.4f}, out", flush=True)
            continue
        body = {"configurations": grid, "duration_s": limits.cell, "layers": False, "start_up": False}
        job = done(stack, stack.post(f"/projects/{version}/benchmarks", body)["job"]["id"])
        runs = [stack.get(f"/runs/{run_id}") for run_id in job["result"]["run_ids"]]
        allowed = [run for run in runs if latency(run) <= limits.max_p99_ms]
        top = max(allowed, key=lambda run: float(run["throughput_fps"]), default=None)
        told = f"{top['throughput_fps']:.1f} FPS, {top['label']}" if top else "none within the limit"
        print(f"  {name}: drop {drop:.4f}, best {told}", flush=True)
        if top is not None and (best is None or top["throughput_fps"] > best["throughput_fps"]):
            best = top | {"version": name}
    assert best is not None
    return best, time.monotonic() - began


def latency(run: dict[str, Any]) -> float:
    found = run["latency_ms"]
    return float(next(found[name] for name in ("p99", "p95", "p90", "median") if found.get(name) is not None))


def once(stack: Stack, project: str, configuration: dict[str, Any], seconds: float) -> float:
    body = {"configurations": [configuration], "duration_s": seconds, "layers": False, "start_up": False}
    job = done(stack, stack.post(f"/projects/{project}/benchmarks", body)["job"]["id"])
    return float(stack.get(f"/runs/{job['result']['run_ids'][0]}")["throughput_fps"])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--budget", type=float, default=600)
    parser.add_argument("--max-drop", type=float, default=0.01)
    parser.add_argument("--max-p99-ms", type=float, default=20)
    parser.add_argument("--cell", type=float, default=3)
    parser.add_argument("--streams", default="1,2")
    parser.add_argument("--batches", default="1,2,4,8,16")
    limits = parser.parse_args()
    streams, batches = ([int(part) for part in text.split(",")] for text in (limits.streams, limits.batches))
    grid = [{"streams": one, "batch": many} for one in streams for many in batches]
    print(machine.describe())
    with tempfile.TemporaryDirectory() as folder, running(Stack(Path(folder))) as stack:
        stack.up()
        project = sample(stack)
        wanted = {
            "objective": "throughput", "max_drop": limits.max_drop, "max_latency_ms": limits.max_p99_ms,
            "budget_s": limits.budget, "cell_s": limits.cell, "streams": streams, "batches": batches,
        }  # fmt: skip
        began = time.monotonic()
        job = done(stack, stack.post(f"/projects/{project}/optimizations", wanted)["job"]["id"])
        spent = time.monotonic() - began
        found = stack.get(f"/optimizations/{job['id']}")["result"]
        winner = found["winner"]
        print(f"optimize: {spent:.0f} s of {limits.budget:.0f} s: {found['reason']}", flush=True)
        print("full sweep:", flush=True)
        best, swept = sweep(stack, project, grid, limits)
        print(f"full sweep: {swept:.0f} s: {best['version']}, {best['label']}, {best['throughput_fps']:.1f} FPS")
        assert winner is not None
        ratios = []
        for _ in range(ROUNDS):
            mine = once(stack, winner["project_id"], winner["verified"]["configuration"], limits.cell)
            theirs = once(stack, best["project_id"], best["configuration"], limits.cell)
            ratios.append(mine / theirs)
    logs = [math.log(ratio) for ratio in ratios]
    half = STUDENT[len(logs) - 1] * statistics.stdev(logs) / math.sqrt(len(logs))
    low, middle, high = (math.exp(statistics.mean(logs) + part) for part in (-half, 0, half))
    as_good = high >= 1 and middle >= 0.97
    print(f"optimize / full sweep, in turn: {middle:.3f} ({low:.3f} to {high:.3f}): "
          f"{'at least as good' if as_good else 'NOT as good'}; {spent / swept:.2f} of its time")  # fmt: skip
    return 0 if as_good and spent <= limits.budget else 1


if __name__ == "__main__":
    sys.exit(main())
