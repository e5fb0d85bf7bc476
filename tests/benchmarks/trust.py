"""Whether the gate may be trusted: how often it calls what it should, and never what it should not.

    python -m tests.benchmarks.trust [--count 100] [--only aa|slow|contended|chain] [--folder DIR] [--fresh]

- aa: the sample model against a byte-identical copy of itself. No regression may be called.
- slow: against a model that is made at least 5 % slower on purpose, by a convolution that is as small as that allows.
  At least 95 of 100 must be called. The true slowdown is measured first, in long comparisons of the two in turn.
- contended: the same with a busy loop on every core. At least 95 of 100 must be called contended.
- chain: a few of each through server, queue and command line, by their exit codes.

Only quiet comparisons count for the first two: those whose verdict is not `contended`. Every comparison is a process
of its own, started as a check's job does it. Results are kept in DIR (build/trust): a run that was broken off goes on
where it was. Prints a Markdown table with 95 % intervals (Clopper and Pearson 1934); exits with 1 when a claim fails.
"""

import argparse
import contextlib
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from scipy import stats

from tests.benchmarks import trust_models
from tests.benchmarks.machine import describe
from tests.benchmarks.trust_chain import chain
from workbench.engine.machine import cpu_seconds

LIMIT = 0.05
BUDGET_S = 60.0
CONTENDED_BUDGET_S = 3.0
# The slower model is the least of the ladder that is slower than this; the claim is about 5 %.
SLOWER = 0.055
LOOK_S, REFERENCE_S, REFERENCES = 6.0, 12.0, 5
# Of this many times the wanted comparisons, so many have to be quiet.
CAP = 2.0


def wait_until_quiet(longest_s: float) -> None:
    """Until the machine has been nearly idle for half a second."""
    end = time.monotonic() + longest_s
    while time.monotonic() < end:
        busy, began = cpu_seconds()[0], time.monotonic()
        time.sleep(0.5)
        if (cpu_seconds()[0] - busy) / (time.monotonic() - began) / (os.cpu_count() or 1) < 0.04:
            return


@contextlib.contextmanager
def busy_cores() -> Iterator[None]:
    """A busy loop for every core."""
    code = "while True: pass"
    loops = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(os.cpu_count() or 1)]
    try:
        time.sleep(0.5)
        yield
    finally:
        for process in loops:
            process.kill()
            process.wait()


class Notes:
    """What is known so far, one JSON object a line; a run that was broken off reads it again."""

    def __init__(self, path: Path) -> None:
        self._path = path
        lines = path.read_text().splitlines() if path.is_file() else []
        self.entries: list[dict[str, Any]] = [json.loads(line) for line in lines]

    def add(self, entry: dict[str, Any]) -> None:
        self.entries.append(entry)
        with self._path.open("a") as file:
            file.write(json.dumps(entry) + "\n")

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [entry for entry in self.entries if entry["kind"] == kind]


def say(text: str) -> None:
    print(text, flush=True)


def slow_model(onnx: Path, original: Path, folder: Path, notes: Notes, wait_s: float) -> Path:
    """The least of the ladder of slower models that is 5 % slower for certain, with its reference."""
    known = notes.of("reference")
    widths = [known[-1]["width"]] if known else trust_models.WIDTHS
    for width in widths:
        path, added = trust_models.slower(onnx, width, folder / f"slower-{width}.onnx")
        xml = trust_models.converted(path, folder / f"slower-{width}")
        if known:
            return xml
        found = measured(original, xml, LOOK_S, 1, wait_s)[0]
        say(f"width {width:3}: {added:+.1%} FLOP, {found:+.2%} time")
        if found < SLOWER:
            continue
        ratios = measured(original, xml, REFERENCE_S, REFERENCES, wait_s)
        middle = statistics.median(ratios)
        say(f"reference of width {width}: {middle:+.2%} ({', '.join(f'{ratio:+.2%}' for ratio in ratios)})")
        if middle >= SLOWER:
            notes.add({"kind": "reference", "width": width, "flop": added, "slowdown": middle, "all": ratios})
            return xml
    raise SystemExit("no model of the ladder is slow enough")


def measured(original: Path, other: Path, seconds: float, times: int, wait_s: float) -> list[float]:
    """Slowdowns of long comparisons; a limit that no interval is narrow enough for makes them use their whole time."""
    found: list[float] = []
    tries = 0
    while len(found) < times:
        wait_until_quiet(wait_s)
        seed = random.randrange(2**31)
        result = trust_models.duel(original, other, max_slowdown=1e-6, budget_s=seconds, seed=seed)
        tries += 1
        if result["verdict"] != "contended":
            found.append(float(result["slowdown"]))
        elif tries > 3 * times + 3:
            raise SystemExit("The machine is too busy to measure how much slower the slower model is. Run it again.")
    return found


def compare(kind: str, original: Path, other: Path, count: int, notes: Notes, wait_s: float) -> None:
    """Comparisons of one kind until enough of them are quiet, or too many were not."""
    contended = kind == "contended"
    while True:
        done = notes.of(kind)
        quiet = [entry for entry in done if contended or entry["verdict"] != "contended"]
        if len(quiet) >= count or len(done) >= CAP * count + 5:
            return
        if not contended:
            wait_until_quiet(wait_s)
        # Equal models change sides from one comparison to the next.
        pair = (other, original) if kind == "aa" and len(done) % 2 else (original, other)
        budget = CONTENDED_BUDGET_S if contended else BUDGET_S
        began = time.monotonic()
        with busy_cores() if contended else contextlib.nullcontext():
            result = trust_models.duel(*pair, max_slowdown=LIMIT, budget_s=budget, seed=random.randrange(2**31))
        entry = {name: result[name] for name in ("verdict", "slowdown", "slowdown_ci95", "rounds", "measured_s")}
        entry |= {"kind": kind, "wall_s": round(time.monotonic() - began, 2), **result["conditions"]}
        notes.add(entry)
        interval = entry["slowdown_ci95"]
        between = f"[{interval[0]:+.2%}, {interval[1]:+.2%}]" if interval else ""
        say(
            f"{kind} {len(done) + 1}, {len(quiet) + (contended or entry['verdict'] != 'contended')} of {count}: "
            f"{entry['verdict']} {entry['slowdown']:+.2%} {between} {entry['rounds']} rounds "
            f"(+{entry['disturbed_rounds']}), {entry['wall_s']:.1f} s"
        )


def bounds(hits: int, count: int) -> str:
    """Clopper and Pearson's 95 % interval of a share."""
    if not count:
        return "–"
    low = stats.beta.ppf(0.025, hits, count - hits + 1) if hits else 0.0
    high = stats.beta.ppf(0.975, hits + 1, count - hits) if hits < count else 1.0
    return f"{low:.1%} to {high:.1%}"


def table(notes: Notes, count: int, kinds: list[str]) -> bool:
    """Prints what was found; whether every claim holds."""
    claims: dict[str, tuple[str, str, str, Callable[[int, int], bool]]] = {
        "aa": ("equal models: regression called", "regression", "none", lambda hits, of: hits == 0),
        "slow": ("slower model: regression called", "regression", "≥ 95 %", lambda hits, of: hits >= 0.95 * of),
        "contended": ("busy cores: contended", "contended", "≥ 95 %", lambda hits, of: hits >= 0.95 * of),
    }
    say(f"\n{describe()}\n")
    for reference in notes.of("reference")[-1:]:
        told = ", ".join(f"{ratio:+.2%}" for ratio in reference["all"])
        say(
            f"The slower model has {reference['flop']:.1%} more FLOP and takes {reference['slowdown']:+.2%} time: the "
            f"median of {len(reference['all'])} processes of {REFERENCE_S:g} s in turn each ({told}). "
            f"Limit of all comparisons: {LIMIT:.0%}.\n"
        )
    say("| claim | called | share, 95 % interval | wanted | others | left out | rounds, median | wall s, median, p95 |")
    say("|---|---|---|---|---|---|---|---|")
    fine = True
    short: list[str] = []
    for kind in kinds:
        name, verdict, wanted, holds = claims[kind]
        done = notes.of(kind)
        counted = [entry for entry in done if kind == "contended" or entry["verdict"] != "contended"][:count]
        hits = sum(entry["verdict"] == verdict for entry in counted)
        other: dict[str, int] = {}
        for entry in counted:
            if entry["verdict"] != verdict:
                other[entry["verdict"]] = other.get(entry["verdict"], 0) + 1
        walls = sorted(entry["wall_s"] for entry in counted) or [0.0]
        rest = ", ".join(f"{number} {name}" for name, number in sorted(other.items())) or "–"
        say(
            f"| {name} | {hits} of {len(counted)} | {bounds(hits, len(counted))} | {wanted} | {rest} | "
            f"{len(done) - len(counted)} contended | {statistics.median([e['rounds'] for e in counted] or [0]):g} | "
            f"{statistics.median(walls):.1f}, {walls[int(0.95 * (len(walls) - 1))]:.1f} |"
        )
        if len(counted) < count:
            short.append(
                f"Only {len(counted)} of {count} {kind} comparisons were quiet: nothing is shown. Run it again."
            )
        fine = fine and holds(hits, len(counted))
    for text in short:
        say(f"\n{text}")
    return fine and not short


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100, help="comparisons of each kind")
    parser.add_argument("--only", choices=("aa", "slow", "contended", "chain"))
    parser.add_argument("--folder", type=Path, default=trust_models.ROOT / "build" / "trust")
    parser.add_argument("--fresh", action="store_true", help="forget what was found before")
    parser.add_argument("--wait", type=float, default=20.0, help="seconds to wait for a quiet machine each time")
    options = parser.parse_args()
    folder: Path = options.folder
    if options.fresh:
        shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    notes = Notes(folder / "results.jsonl")
    onnx = trust_models.sample(folder)
    original = trust_models.converted(onnx, folder / "original")
    kinds = [options.only] if options.only else ["aa", "slow", "contended", "chain"]
    for kind in kinds:
        if kind == "aa":
            compare(kind, original, trust_models.copied(original, folder / "copy"), options.count, notes, options.wait)
        elif kind == "slow":
            slow = slow_model(onnx, original, folder, notes, options.wait)
            compare(kind, original, slow, options.count, notes, options.wait)
        elif kind == "contended":
            compare(kind, original, trust_models.copied(original, folder / "copy"), options.count, notes, options.wait)
    fine = table(notes, options.count, [kind for kind in kinds if kind != "chain"])
    if "chain" in kinds:
        slow = slow_model(onnx, original, folder, notes, options.wait)
        fine = chain(folder, onnx, slow.parent.with_suffix(".onnx"), busy_cores, say) and fine
    say("\nEvery claim holds." if fine else "\nNot every claim holds.")
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
