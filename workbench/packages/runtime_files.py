"""What of the installed OpenVINO a package needs: libraries for its devices, the Python API, headers, licences.

Libraries find each other beside themselves (RPATH is $ORIGIN), so they are taken as they are. That none is missing is
seen from their own dynamic sections: each library that they name is taken with them, or is one of the system's.
"""

import importlib.util
import mmap
import re
import struct
import sys
from functools import lru_cache
from importlib import metadata
from pathlib import Path

_PLUGINS = {
    "CPU": ("libopenvino_intel_cpu_plugin.so",),
    # The file has the kernels that were found fastest; throughput hints batch by themselves.
    "GPU": ("libopenvino_intel_gpu_plugin.so", "libopenvino_auto_batch_plugin.so", "cache.json"),
    "NPU": ("libopenvino_intel_npu_plugin.so",),
    "AUTO": ("libopenvino_auto_plugin.so",),
    "MULTI": ("libopenvino_auto_plugin.so",),
    "HETERO": ("libopenvino_hetero_plugin.so",),
    "BATCH": ("libopenvino_auto_batch_plugin.so",),
}
VIRTUAL = ("AUTO", "MULTI", "HETERO", "BATCH")
# Models are read as IR, and nothing else is in a package.
_ALWAYS = ("libopenvino.so", "libopenvino_ir_frontend.so")
# What every Linux with a C++ runtime has; drivers bring libOpenCL.
_DEVICE = re.compile(r"[A-Z]+(?:\.\d{1,3})?")
_OF_SYSTEM = re.compile(r"(?:lib(?:c|m|dl|pthread|rt|stdc\+\+|gcc_s|OpenCL|z)|ld-linux-[\w-]+)\.so\.\d+")
# Of the Python package: converters and other front ends need frameworks; stubs and headers are for programming.
_NOT_PYTHON = {
    "tools",
    "torch",
    "include",
    "cmake",
    "libs",
    "__pycache__",
    "jax",
    "onnx",
    "paddle",
    "pytorch",
    "tensorflow",
}
GLIBC = "2.27"

Files = list[tuple[str, Path]]


class NoRuntime(Exception):
    """The installed OpenVINO has no such file, or needs one that a package cannot bring."""


@lru_cache(maxsize=1)
def root() -> Path:
    """The folder of the installed package, found without importing it."""
    found = importlib.util.find_spec("openvino")
    if found is None or found.origin is None:
        raise NoRuntime("OpenVINO is not installed.")
    return Path(found.origin).parent


def version() -> str:
    return metadata.version("openvino")


def python_version() -> str:
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def kinds(devices: list[str]) -> set[str]:
    """CPU, GPU … and the virtual ones that these devices name: "HETERO:GPU.0,CPU" names three."""
    found: set[str] = set()
    for device in devices:
        kind, _, behind = device.partition(":")
        named = [
            kind,
            *(re.sub(r"\(\d+\)$", "", name.strip().lstrip("-")) for name in behind.split(",") if name.strip()),
        ]
        for name in named:
            plain = name.partition(".")[0]
            if plain not in _PLUGINS or not _DEVICE.fullmatch(name) or (behind and kind not in VIRTUAL):
                raise NoRuntime(f"The installed OpenVINO has no plugin for '{device[:40]}'.")
            found.add(plain)
    if found and found <= set(VIRTUAL):
        # What they choose from.
        found.add("CPU")
    return found


def libraries() -> Files:
    """(name, file) of core, front end and TBB. Raises NoRuntime."""
    return _closed([_named(stem) for stem in _ALWAYS])


def plugins(devices: list[str]) -> Files:
    """(name, file) of what runs models on these devices, beyond `libraries`. Raises NoRuntime."""
    wanted = {name for kind in kinds(devices) for name in _PLUGINS[kind]}
    others = {name for name, _ in libraries()}
    return [(name, path) for name, path in _closed([_named(name) for name in sorted(wanted)]) if name not in others]


def _named(stem: str) -> Path:
    """`libopenvino.so` is called `libopenvino.so.2641`."""
    found = sorted(
        path for path in (root() / "libs").glob(f"{stem}*") if re.fullmatch(r"(?:\.\d+)*", path.name[len(stem) :])
    )
    if not found:
        raise NoRuntime(f"The installed OpenVINO has no {stem}.")
    return found[0]


def _closed(start: list[Path]) -> Files:
    found: dict[str, Path] = {}
    waiting = list(start)
    while waiting:
        path = waiting.pop()
        if path.name in found:
            continue
        found[path.name] = path
        for name in needed(path):
            if (path.parent / name).is_file():
                waiting.append(path.parent / name)
            elif not _OF_SYSTEM.fullmatch(name):
                raise NoRuntime(f"{path.name} needs {name}, which is not beside it.")
    return sorted(found.items())


@lru_cache(maxsize=256)
def needed(path: Path) -> tuple[str, ...]:
    """The libraries that an ELF file of 64 bits names (DT_NEEDED); none for any other file.

    System V ABI: program header type 2 is the dynamic section, entries of which are tag and value, 1 is a needed
    library, 5 the address of the table of names, which segments of type 1 map to the file.
    """
    with path.open("rb") as file:
        if file.read(6) != b"\x7fELF\x02\x01":
            return ()
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return _needed(data)


def _needed(data: mmap.mmap) -> tuple[str, ...]:
    offset, size, count = struct.unpack_from("<Q", data, 32)[0], *struct.unpack_from("<HH", data, 54)
    headers = [struct.unpack_from("<IIQQQQ", data, offset + size * number) for number in range(count)]
    segments = [(address, place, length) for kind, _, place, address, _, length in headers if kind == 1]
    names, table = [], 0
    for kind, _, place, _, _, length in headers:
        if kind == 2:
            for at in range(place, place + length, 16):
                tag, value = struct.unpack_from("<qQ", data, at)
                if tag == 1:
                    names.append(value)
                elif tag == 5:
                    table = value
    start = next(
        (place + table - address for address, place, length in segments if address <= table < address + length), 0
    )
    return tuple(data[start + name : data.find(b"\0", start + name)].decode() for name in names)


def python_files() -> Files:
    """(path below `openvino/`, file) of the Python API, for this Python version alone."""
    found = []
    for path in sorted(root().rglob("*")):
        parts = path.relative_to(root()).parts
        if path.is_file() and path.suffix != ".pyi" and not _NOT_PYTHON.intersection(parts[:-1]):
            found.append(("/".join(parts), path))
    return found


def headers() -> Files:
    """(path below `include/`, file) of what C++ programs include."""
    folder = root() / "include"
    return [
        (path.relative_to(folder).as_posix(), path)
        for path in sorted((folder / "openvino").rglob("*"))
        if path.is_file()
    ]


def licences(runtime: bool) -> Files:
    """(name, file): the workbench's own, which the samples have, and with `runtime` those of OpenVINO and TBB."""
    found: Files = []
    for name, package in (("workbench", "dl-workbench"), *((("openvino", "openvino"),) if runtime else ())):
        for path in metadata.distribution(package).files or []:
            parts = path.parts
            if len(parts) > 2 and parts[0].endswith(".dist-info") and parts[1] == "licenses":
                found.append((f"{name}-{parts[-1]}" + ("" if "." in parts[-1] else ".txt"), Path(str(path.locate()))))
    return sorted(entry for entry in found if entry[1].is_file())
