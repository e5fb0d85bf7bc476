"""Runs the checks and tests of the project: `python scripts/check.py lint types page tests`.

All that was asked for runs, whatever fails before it; the exit code is 1 when anything failed. Checks of Python and of
the frontend run side by side. The tests come last, and their summaries close the output.
"""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / "bin"
FRONTEND = ROOT / "frontend"
PYTHON = str(BIN / "python")
CHECK_TIMEOUT_S = 900
# What counts seconds, or how often something goes well on a quiet machine, runs last and by itself.
ALONE = [
    "tests/integration/test_chaos.py",
    "tests/integration/test_gate.py",
    "tests/integration/test_search.py",
    "tests/integration/test_stopping.py",
    "tests/integration/test_two_workers.py",
    "tests/e2e/test_graph_view.py",
]
# Of the others, these go beside the browser, so that two processes take about as long as each other.
BESIDE_BROWSER = [
    "tests/integration/test_folding.py",
    "tests/integration/test_layer_differences.py",
    "tests/integration/test_light_models.py",
    "tests/integration/test_optimize.py",
    "tests/integration/test_packages.py",
    "tests/integration/test_recipe.py",
    "tests/integration/test_sample_programs.py",
    "tests/integration/test_transfer.py",
    "tests/integration/test_toolchains.py",
]


def without(*groups: list[str]) -> list[str]:
    return [f"--ignore={path}" for group in groups for path in group]


# Pairs that run side by side, one after the other.
PARTS: list[list[list[str]]] = [
    [["tests/unit/engine"], ["tests/unit", "--ignore=tests/unit/engine"]],
    [
        ["tests/integration", *without(ALONE, BESIDE_BROWSER)],
        ["tests/e2e", *BESIDE_BROWSER, *without(ALONE)],
    ],
    [ALONE],
]


@dataclass(frozen=True)
class Check:
    """A command that exits 0 when all is well, and the group it is asked for by."""

    group: str
    name: str
    command: list[str]
    folder: Path = ROOT


def npm(script: str) -> list[str]:
    return ["npm", "run", "--silent", script]


PYTHON_CHECKS = [
    Check("lint", "ruff check", [str(BIN / "ruff"), "check", "."]),
    Check("lint", "ruff format", [str(BIN / "ruff"), "format", "--check", "."]),
    Check("lint", "import contracts", [str(BIN / "lint-imports"), "--no-logo"]),
    Check("lint", "layout of the repository", [PYTHON, "-m", "scripts.check_layout"]),
    Check("types", "mypy --strict", [str(BIN / "mypy")]),
]
FRONTEND_CHECKS = [
    Check("lint", "biome", npm("lint"), FRONTEND),
    Check("types", "tsc", npm("types"), FRONTEND),
    Check("page", "vitest", npm("test"), FRONTEND),
    Check("page", "size budget", npm("size"), FRONTEND),
    Check("page", "generated API types", [PYTHON, "scripts/api_types.py", "--check"]),
]
GROUPS = {"lint", "types", "page", "tests"}


@dataclass(frozen=True)
class Outcome:
    check: Check
    passed: bool
    seconds: float
    output: str


def run(check: Check) -> Outcome:
    """Runs one check to its end and keeps what it printed."""
    started = time.monotonic()
    try:
        done = subprocess.run(
            check.command,
            cwd=check.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=CHECK_TIMEOUT_S,
            check=False,
        )
        passed, output = done.returncode == 0, done.stdout.decode(errors="replace")
    except (OSError, subprocess.TimeoutExpired) as error:
        passed, output = False, str(error)
    return Outcome(check, passed, time.monotonic() - started, output)


def run_lane(checks: list[Check]) -> list[Outcome]:
    """One check after the other, each reported when it ends."""
    outcomes = []
    for check in checks:
        outcome = run(check)
        report(outcome)
        outcomes.append(outcome)
    return outcomes


def report(outcome: Outcome) -> None:
    word = "ok" if outcome.passed else "FAILED"
    text = f"check: {outcome.check.name}: {word} ({outcome.seconds:.1f} s)\n"
    if not outcome.passed:
        text += "".join(f"    {line}\n" for line in outcome.output.splitlines())
    sys.stdout.write(text)
    sys.stdout.flush()


def run_tests() -> int:
    """pytest over everything, two processes side by side as far as tests bear company; 1 when any failed. No test found
    is a failure too."""
    codes = []
    for parts in PARTS:
        with ThreadPoolExecutor(len(parts)) as pool:
            for done in pool.map(pytest_of, parts):
                sys.stdout.write(done.stdout.decode(errors="replace"))
                sys.stdout.flush()
                codes.append(done.returncode)
    return int(any(codes))


def pytest_of(part: list[str]) -> subprocess.CompletedProcess[bytes]:
    """Its output is kept until it has ended: two would be mixed up."""
    return subprocess.run(
        [PYTHON, "-m", "pytest", "--durations=12", *part],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )


def main() -> int:
    asked = set(sys.argv[1:]) or GROUPS
    if unknown := asked - GROUPS:
        print(f"check: unknown: {', '.join(sorted(unknown))}; there are {', '.join(sorted(GROUPS))}", file=sys.stderr)
        return 2
    os.environ["PATH"] = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    lanes = [[check for check in lane if check.group in asked] for lane in (PYTHON_CHECKS, FRONTEND_CHECKS)]
    with ThreadPoolExecutor(len(lanes)) as pool:
        outcomes = [outcome for lane in pool.map(run_lane, lanes) for outcome in lane]
    failed = [outcome.check.name for outcome in outcomes if not outcome.passed]
    if outcomes:
        print(f"check: {len(outcomes) - len(failed)} of {len(outcomes)} checks passed", flush=True)
    if failed:
        print(f"check: failed: {', '.join(failed)}", flush=True)
    tests = run_tests() if "tests" in asked else 0
    return 1 if failed or tests else 0


if __name__ == "__main__":
    sys.exit(main())
