"""The lock files: exact, with checksums, without addresses."""

import re

import pytest

from workbench.toolchains.catalogue import DEFINITIONS, Definition, Lock, definition

LOCKS = [(entry, minor) for entry in DEFINITIONS for minor in entry.pythons]


@pytest.mark.parametrize(("entry", "minor"), LOCKS, ids=[f"{entry.name}-3.{minor}" for entry, minor in LOCKS])
class TestLocks:
    def test_every_package_is_pinned_with_checksums(self, entry: Definition, minor: int) -> None:
        entries = entry.lock(minor).entries()
        assert len(entries) == len(entry.lock(minor).packages) > 20
        assert all(re.search(r"--hash=sha256:[0-9a-f]{64}", text) for text in entries)

    def test_it_has_the_package_itself(self, entry: Definition, minor: int) -> None:
        assert (entry.package, entry.version) in entry.lock(minor).packages

    def test_it_names_no_address(self, entry: Definition, minor: int) -> None:
        assert "://" not in entry.lock(minor).text


def test_entries_are_whole(tmp_path: object) -> None:
    lock = LOCKS[0][0].lock(LOCKS[0][1])
    assert isinstance(lock, Lock)
    assert "".join(entry.split("==")[0] for entry in lock.entries()).lower() == "".join(
        name for name, _ in lock.packages
    )


def test_unknown() -> None:
    assert definition("openvino-1999") is None
