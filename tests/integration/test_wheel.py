"""The wheel carries the built page and the migrations, and runs where there is no Node and no checkout."""

import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

import workbench

ROOT = Path(__file__).resolve().parents[2]


def run(*command: str | Path, cwd: Path) -> str:
    """Standard output of a command that must succeed with nothing in PATH, so without Node."""
    environment = os.environ | {"PATH": str(cwd / "nothing-here"), "PYTHONPATH": ""}
    arguments = [str(part) for part in command]
    done = subprocess.run(arguments, cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=240)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel as `make wheel` builds it, page and all."""
    folder = tmp_path_factory.mktemp("wheel")
    assert (ROOT / "workbench/web/dist/index.html").is_file(), "the page is not built: run `make setup`"
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ".", cwd=ROOT)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of a fresh environment with the wheel in it; its dependencies are lent by this one."""
    folder = tmp_path_factory.mktemp("fresh")
    run(sys.executable, "-m", "venv", "--without-pip", folder, cwd=folder)
    interpreter = folder / "bin" / "python"
    run(sys.executable, "-m", "pip", "--python", interpreter, "install", "--no-deps", "--no-index", wheel, cwd=folder)
    (site_packages,) = folder.glob("lib/python*/site-packages")
    (site_packages / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return interpreter


def test_holds_page_migrations_and_licence(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert "workbench/web/dist/index.html" in names
    assert any(name.startswith("workbench/web/dist/assets/") and name.endswith(".js") for name in names)
    assert "workbench/db/migrations/env.py" in names
    assert any(name.startswith("workbench/db/migrations/versions/") for name in names)
    assert any(name.endswith("dist-info/licenses/LICENSE") for name in names)


def test_holds_nothing_else(wheel: Path) -> None:
    tops = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert tops == {"workbench", f"dl_workbench-{workbench.__version__}.dist-info"}


def test_installed_program_tells_its_version(python: Path, tmp_path: Path) -> None:
    assert workbench.__version__ in run(python.parent / "workbench", "--version", cwd=tmp_path)


def test_installed_package_is_the_one_that_runs(python: Path, tmp_path: Path) -> None:
    code = "from workbench import page; from workbench.db.migrate import scripts; print(page.DIST, scripts())"
    for folder in run(python, "-c", code, cwd=tmp_path).split():
        assert Path(folder).is_relative_to(python.parents[1])


def test_installed_package_migrates_a_database(python: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'fresh.db'}"
    code = f"from workbench.db.migrate import pending, upgrade; upgrade({url!r}); print(pending({url!r}))"
    assert run(python, "-c", code, cwd=tmp_path).split()[-1] == "False"
