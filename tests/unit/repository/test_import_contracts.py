"""The contract between rooms breaks on an import past a service, and only there."""

from pathlib import Path

import grimp
import pytest

from scripts.import_contracts import RoomServicesContract


@pytest.fixture
def violations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the contract finds in a small house: two rooms and an assembly."""
    files = {
        "__init__.py": "",
        "app.py": "import house.models.routes",
        "models/__init__.py": "",
        "models/service.py": "from house.models import repository",
        "models/repository.py": "",
        "models/routes.py": "",
        "projects/__init__.py": "",
        "projects/service.py": "from house.models import service",
        "projects/jobs.py": "from house.models.schemas import Model",
        "projects/repository.py": "from house.models import repository",
        "models/schemas.py": "class Model: ...",
    }
    for name, text in files.items():
        path = tmp_path / "house" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path))
    options = {"rooms": ["house.models", "house.projects"], "open_modules": ["service", "schemas"]}
    contract = RoomServicesContract("rooms", {"root_packages": ["house"]}, options)
    graph = grimp.build_graph("house", cache_dir=None)
    check = contract.check(graph, verbose=False)
    found: list[str] = check.metadata["violations"]
    assert check.kept is (not found)
    return found


def test_only_the_import_past_the_service_breaks(violations: list[str]) -> None:
    assert violations == ["house.projects.repository imports house.models.repository"]
