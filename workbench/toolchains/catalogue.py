"""The toolchains there are, and their lock files: exact versions with checksums, one for each Python."""

import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

LOCKS = Path(__file__).parent / "locks"
_PINNED = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==(\S+)", re.MULTILINE)


@dataclass(frozen=True)
class Definition:
    """A toolchain. `pythons` are the minor versions of Python 3 that it works with, the best first.

    `probe` is Python code that ends with exit code 0 when the installed packages work.
    """

    name: str
    title: str
    description: str
    package: str
    version: str
    pythons: tuple[int, ...]
    tools: tuple[str, ...]
    probe: str

    def lock(self, minor: int) -> "Lock":
        return Lock(LOCKS / f"{self.name}-py3{minor}.txt")

    @property
    def python_needed(self) -> str:
        return f"3.{min(self.pythons)} to 3.{max(self.pythons)}"


@dataclass(frozen=True)
class Lock:
    path: Path

    @cached_property
    def text(self) -> str:
        return self.path.read_text()

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def packages(self) -> list[tuple[str, str]]:
        """Name and version of every package, in the order of the file."""
        return _PINNED.findall(self.text)

    def entries(self) -> list[str]:
        """The requirement lines of every package, with its checksums."""
        kept = "\n".join(line for line in self.text.splitlines() if line.strip() and not line.lstrip().startswith("#"))
        return [entry for entry in re.split(r"\n(?=\S)", kept) if _PINNED.match(entry)]


DEFINITIONS = (
    Definition(
        name="openvino-2023",
        title="OpenVINO 2023 tools",
        description="Accuracy Checker 0.9.5, the last model converter that reads Caffe and MXNet, and the Open Model "
        "Zoo tools. They need an older OpenVINO, so they live apart from it.",
        package="openvino-dev",
        version="2023.3.0",
        pythons=(11, 10, 9, 8),
        tools=("accuracy_check", "convert_annotation", "mo", "omz_downloader", "omz_converter", "omz_info_dumper"),
        probe="import openvino.runtime as ov, openvino.tools.accuracy_checker, openvino.tools.mo; ov.Core()",
    ),
)


def definition(name: str) -> Definition | None:
    return next((entry for entry in DEFINITIONS if entry.name == name), None)
