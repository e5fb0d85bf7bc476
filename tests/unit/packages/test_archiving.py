"""Archives of the same files are the same, byte for byte; their size is told before they are made."""

import hashlib
import os
import subprocess
import tarfile
import time
from pathlib import Path

import numpy as np
import pytest

from workbench.packages import archiving
from workbench.packages.archiving import SUMS, Entry


def some(folder: Path) -> list[Entry]:
    """Incompressible, compressible, small, executable, and a link."""
    folder.mkdir(exist_ok=True)
    (folder / "noise").write_bytes(np.random.default_rng(0).bytes(3_000_000))
    (folder / "text").write_bytes(b"the same line again\n" * 100_000)
    return [
        Entry("b/noise.bin", folder / "noise"),
        Entry("a.txt", folder / "text"),
        Entry("run.sh", b"#!/bin/sh\n", executable=True),
        Entry("b/link", b"", link="../a.txt"),
    ]


def test_the_same_whenever_and_in_whatever_order(tmp_path: Path) -> None:
    first = archiving.write(some(tmp_path / "1"), "top", tmp_path / "1.tar.gz")
    os.utime(tmp_path / "1/text", (0, time.time() + 5000))
    again = archiving.write(some(tmp_path / "2")[::-1], "top", tmp_path / "2.tar.gz")
    assert first == again
    data = (tmp_path / "1.tar.gz").read_bytes()
    assert data == (tmp_path / "2.tar.gz").read_bytes()
    assert first == (len(data), hashlib.sha256(data).hexdigest())


def test_members(tmp_path: Path) -> None:
    archiving.write(some(tmp_path / "1"), "top", tmp_path / "1.tar.gz")
    with tarfile.open(tmp_path / "1.tar.gz") as archive:
        members = archive.getmembers()
        assert [member.name for member in members] == ["top/a.txt", "top/b/link", "top/b/noise.bin", "top/run.sh"]
        assert {(member.mtime, member.uid, member.gid, member.uname) for member in members} == {(315532800, 0, 0, "")}
        assert [oct(member.mode) for member in members if member.isfile()] == ["0o644", "0o644", "0o755"]
        assert members[1].linkname == "../a.txt"
        noise = archive.extractfile(members[2])
        assert noise is not None
        assert noise.read() == (tmp_path / "1/noise").read_bytes()


def test_sums_are_what_sha256sum_reads(tmp_path: Path) -> None:
    entries = some(tmp_path / "1")
    archiving.write([*entries, Entry(SUMS, archiving.sums(entries))], "top", tmp_path / "1.tar.gz")
    with tarfile.open(tmp_path / "1.tar.gz") as archive:
        archive.extractall(tmp_path, filter="data")
    check = ["sha256sum", "-c", SUMS]
    assert subprocess.run(check, cwd=tmp_path / "top", capture_output=True).stdout.count(b": OK") == 3
    (tmp_path / "top/run.sh").write_bytes(b"#!/bin/sh\n#")
    assert subprocess.run(check, cwd=tmp_path / "top", capture_output=True).returncode == 1


def test_the_estimate_is_near(tmp_path: Path) -> None:
    entries = some(tmp_path / "1")
    size, _ = archiving.write(entries, "top", tmp_path / "1.tar.gz")
    assert archiving.estimate(entries) == pytest.approx(size, rel=0.05)


def test_it_can_be_stopped(tmp_path: Path) -> None:
    seen: list[int] = []

    def check(done: int) -> None:
        seen.append(done)
        if done > 4_000_000:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        archiving.write(some(tmp_path / "1"), "top", tmp_path / "1.tar.gz", check)
    assert seen == sorted(seen)
