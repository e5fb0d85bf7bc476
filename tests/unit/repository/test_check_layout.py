"""The rules of the repository find what they should, and this repository keeps them."""

import json
from pathlib import Path

import pytest

from scripts import check_layout


class TestRules:
    @pytest.mark.parametrize("name", ["workbench/utils.py", "workbench/helpers/paths.py", "frontend/src/common/x.ts"])
    def test_vague_names(self, name: str) -> None:
        assert list(check_layout.name_violations(Path(name)))

    @pytest.mark.parametrize("name", ["workbench/jobs/lease.py", "docs/common.md", "workbench/commons.py"])
    def test_names_that_say_something(self, name: str) -> None:
        assert not list(check_layout.name_violations(Path(name)))

    def test_length_counts_source_lines_only(self) -> None:
        assert not list(check_layout.length_violations(Path("a.py"), "x\n" * 400))
        assert list(check_layout.length_violations(Path("a.py"), "x\n" * 401))
        assert not list(check_layout.length_violations(Path("a.json"), "x\n" * 401))

    def test_registries_and_machine_paths(self) -> None:
        host = ".".join(["files", "pythonhosted", "org"])
        home = "/".join(["", "home", "engineer", "models"])
        text = f"fine\nsee {host}\nfine\nopen('{home}')\n"
        found = list(check_layout.content_violations(text))
        assert [line.split(" names ")[0] for line in found] == ["line 2", "line 4"]

    def test_npm_lock_needs_checksums_and_no_addresses(self) -> None:
        packages = {
            "": {"name": "page"},
            "node_modules/good": {"version": "1.0.0", "integrity": "sha512-x"},
            "node_modules/addressed": {"resolved": "https://example.org/a.tgz", "integrity": "sha512-y"},
            "node_modules/unpinned": {"version": "1.0.0"},
            "node_modules/bundled": {"version": "1.0.0", "inBundle": True},
        }
        path = Path("frontend/package-lock.json")
        found = list(check_layout.lock_violations(path, json.dumps({"packages": packages})))
        assert len(found) == 2
        assert "node_modules/unpinned" in found[1]

    def test_pip_lock_has_no_address(self) -> None:
        path = Path("requirements/runtime.txt")
        assert list(check_layout.lock_violations(path, "--index-url https://example.org/simple\n"))


class TestLocks:
    @pytest.mark.parametrize("name", ["runtime.txt", "build.txt", "dev.txt"])
    def test_every_requirement_is_exact_and_hashed(self, name: str) -> None:
        text = (check_layout.ROOT / "requirements" / name).read_text().replace("\\\n", " ")
        requirements = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
        assert requirements
        for line in requirements:
            assert "==" in line.split()[0]
            assert "--hash=sha256:" in line
