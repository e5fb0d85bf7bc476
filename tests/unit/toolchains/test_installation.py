"""A small toolchain installed from wheels that the test builds: whole, or not there at all."""

import contextlib
import hashlib
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from workbench.toolchains import catalogue, installation
from workbench.toolchains.catalogue import Definition
from workbench.toolchains.installation import InstallFailed, Reporter
from workbench.toolchains.interpreters import Interpreter, find

NOW = "2026-01-01T00:00:00+00:00"


def wheel(folder: Path, name: str, version: str = "1.0") -> Path:
    """A pure wheel with one module of that name."""
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}-{version}-py3-none-any.whl"
    info = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{name}.py", "answer = 42\n")
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/RECORD", "")
    return path


class Recorder:
    """A reporter that remembers, and that can be told to stop."""

    def __init__(self) -> None:
        self.stages: list[str] = []
        self.done: list[tuple[int, int]] = []
        self.stopped = False
        self.reporter = Reporter(
            lambda name, index, count: self.stages.append(name),
            lambda done, total: self.done.append((done, total)),
            lambda text: None,
            self.check,
            self.stopped_by,
        )

    def check(self) -> None:
        if self.stopped:
            raise InterruptedError

    @contextlib.contextmanager
    def stopped_by(self, stop: Callable[[], None]) -> Iterator[None]:
        yield


@pytest.fixture(scope="module")
def interpreter() -> Interpreter:
    found, problem = find([sys.version_info.minor])
    assert found is not None, problem
    return found


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, interpreter: Interpreter) -> tuple[Definition, Path, Path]:
    """A toolchain of two packages: its definition, the folder with its wheels, its place."""
    wheels = tmp_path / "wheels"
    lines = []
    for name in ("alpha", "beta"):
        digest = hashlib.sha256(wheel(wheels, name).read_bytes()).hexdigest()
        lines.append(f"{name}==1.0 \\\n    --hash=sha256:{digest}\n")
    locks = tmp_path / "locks"
    locks.mkdir()
    (locks / f"tiny-py3{interpreter.minor}.txt").write_text("".join(lines))
    monkeypatch.setattr(catalogue, "LOCKS", locks)
    entry = Definition(
        "tiny", "Tiny", "Two packages.", "alpha", "1.0", (interpreter.minor,), ("alpha",), "import alpha, beta"
    )
    return entry, wheels, tmp_path / "toolchains" / "tiny"


def left_over(place: Path) -> list[str]:
    return sorted(path.name for path in place.parent.iterdir() if path.name != place.name)


class TestInstall:
    def test_whole(self, made: tuple[Definition, Path, Path], interpreter: Interpreter) -> None:
        entry, wheels, place = made
        told = Recorder()
        installation.install(entry, interpreter, place, wheels, told.reporter, NOW)
        facts = installation.facts(place)
        assert facts is not None
        assert facts["lock_sha256"] == entry.lock(interpreter.minor).sha256
        assert (facts["packages"], facts["installed_at"]) == (2, NOW)
        assert facts["size_bytes"] > 1_000_000
        assert told.stages == list(installation.STAGES)
        assert told.done[-1] == (2, 2)
        assert left_over(place) == []

    def test_a_wrong_checksum_leaves_nothing(
        self, made: tuple[Definition, Path, Path], interpreter: Interpreter
    ) -> None:
        entry, wheels, place = made
        with zipfile.ZipFile(next(wheels.glob("alpha*")), "a") as archive:
            archive.writestr("more.py", "answer = 43\n")
        with pytest.raises(InstallFailed) as caught:
            installation.install(entry, interpreter, place, wheels, Recorder().reporter, NOW)
        assert caught.value.code == "toolchain_checksum"
        assert (installation.facts(place), left_over(place)) == (None, [])

    def test_a_missing_wheel_leaves_the_older_one(
        self, made: tuple[Definition, Path, Path], interpreter: Interpreter
    ) -> None:
        entry, wheels, place = made
        installation.install(entry, interpreter, place, wheels, Recorder().reporter, NOW)
        next(wheels.glob("beta*")).unlink()
        with pytest.raises(InstallFailed) as caught:
            installation.install(entry, interpreter, place, wheels, Recorder().reporter, "later")
        assert caught.value.code == "toolchain_not_installed"
        facts = installation.facts(place)
        assert facts is not None
        assert (facts["installed_at"], left_over(place)) == (NOW, [])

    def test_one_that_does_not_work_is_not_kept(
        self, made: tuple[Definition, Path, Path], interpreter: Interpreter
    ) -> None:
        entry, wheels, place = made
        broken = Definition(**{**entry.__dict__, "probe": "import gamma"})
        with pytest.raises(InstallFailed, match="No module named 'gamma'"):
            installation.install(broken, interpreter, place, wheels, Recorder().reporter, NOW)
        assert (installation.facts(place), left_over(place)) == (None, [])

    def test_stopped_in_the_middle(self, made: tuple[Definition, Path, Path], interpreter: Interpreter) -> None:
        entry, wheels, place = made
        told = Recorder()
        told.reporter.progress = lambda done, total: setattr(told, "stopped", True)
        with pytest.raises(InterruptedError):
            installation.install(entry, interpreter, place, wheels, told.reporter, NOW)
        assert (installation.facts(place), left_over(place)) == (None, [])


class TestFacts:
    def test_half_of_one_is_none(self, tmp_path: Path) -> None:
        (tmp_path / installation.FACTS).write_text("{}")
        assert installation.facts(tmp_path) is None

    def test_what_a_crash_left_is_swept(self, tmp_path: Path) -> None:
        for name in (".installing-1", ".removed-2", ".wheels-3", "tiny"):
            (tmp_path / name).mkdir()
        installation.sweep(tmp_path)
        assert [path.name for path in tmp_path.iterdir()] == ["tiny"]


class TestInterpreters:
    def test_none_is_named_as_missing(self) -> None:
        found, problem = find([1])
        assert found is None
        assert problem is not None
        assert problem.startswith("No Python 3.1 to 3.1 was found")

    def test_the_named_one_must_fit(self, tmp_path: Path) -> None:
        _, problem = find([8], Path(sys.executable))
        assert problem is not None
        assert "3.8 to 3.8 is needed" in problem
        _, problem = find([8], tmp_path / "nothing")
        assert problem is not None
        assert "does not start" in problem
