"""A package has all that its libraries need, and nothing of other devices."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from workbench.packages import runtime_files
from workbench.packages.runtime_files import NoRuntime


def names(devices: list[str]) -> set[str]:
    return {name.partition(".so")[0] for name, _ in [*runtime_files.libraries(), *runtime_files.plugins(devices)]}


CORE = {"libopenvino", "libopenvino_ir_frontend", "libtbb"}


@pytest.mark.parametrize(
    ("devices", "plugins"),
    [
        (["CPU"], {"libopenvino_intel_cpu_plugin"}),
        (["GPU.1"], {"libopenvino_intel_gpu_plugin", "libopenvino_auto_batch_plugin", "cache.json"}),
        (["NPU"], {"libopenvino_intel_npu_plugin"}),
        (["AUTO"], {"libopenvino_auto_plugin", "libopenvino_intel_cpu_plugin"}),
        (["MULTI:NPU"], {"libopenvino_auto_plugin", "libopenvino_intel_npu_plugin"}),
        (["AUTO:-CPU"], {"libopenvino_auto_plugin", "libopenvino_intel_cpu_plugin"}),
        (["CPU", "HETERO:NPU,CPU"], {
            "libopenvino_hetero_plugin", "libopenvino_intel_npu_plugin", "libopenvino_intel_cpu_plugin",
        }),
        (["BATCH:CPU(4)"], {"libopenvino_auto_batch_plugin", "libopenvino_intel_cpu_plugin"}),
    ],
)  # fmt: skip
def test_libraries_for_devices(devices: list[str], plugins: set[str]) -> None:
    assert names(devices) == CORE | plugins


@pytest.mark.parametrize("device", ["", "FPGA", "cpu", "CPU;reboot", "CPU:GPU", "HETERO:CPU,$(id)", "CPU\n", "GPU.x"])
def test_no_such_device(device: str) -> None:
    with pytest.raises(NoRuntime):
        runtime_files.kinds([device])


def test_nothing_else_is_missing(tmp_path: Path) -> None:
    """As the loader sees it, with nothing but what the package has."""
    for name, path in [*runtime_files.libraries(), *runtime_files.plugins(["CPU", "NPU", "AUTO", "HETERO:CPU"])]:
        shutil.copy(path, tmp_path / name)
    for path in sorted(tmp_path.glob("*.so*")):
        told = subprocess.run(
            ["ldd", path], capture_output=True, text=True, env={"PATH": os.environ["PATH"]}, check=True
        )
        assert "not found" not in told.stdout
        for line in told.stdout.splitlines():
            if "openvino" in line or "tbb" in line:
                assert f"=> {tmp_path}/" in line


def test_needed_is_what_readelf_tells(tmp_path: Path) -> None:
    (_, path) = runtime_files.plugins(["CPU"])[0]
    listed = subprocess.run(["ldd", path], capture_output=True, text=True, check=True).stdout
    needed = runtime_files.needed(path)
    assert {"libopenvino.so.2641".partition(".so")[0], "libtbb", "libc"} <= {
        name.partition(".so")[0] for name in needed
    }
    assert all(name in listed for name in needed)
    (tmp_path / "text").write_text("no library")
    assert runtime_files.needed(tmp_path / "text") == ()


def test_the_python_api_without_what_it_does_not_need() -> None:
    found = {name for name, _ in runtime_files.python_files()}
    assert "__init__.py" in found
    assert any(name.startswith("_pyopenvino.") for name in found)
    assert not any(
        part in f"/{name}" for name in found for part in ("/tools/", "/libs/", "/include/", ".pyi", "/onnx/")
    )


def test_licences() -> None:
    found = dict(runtime_files.licences(runtime=True))
    assert "Apache License" in found["workbench-LICENSE.txt"].read_text()
    assert "Apache License" in found["openvino-LICENSE.txt"].read_text()
    assert any("tbb" in name for name in found)
    assert set(dict(runtime_files.licences(runtime=False))) == {"workbench-LICENSE.txt"}
