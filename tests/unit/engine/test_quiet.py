"""No telemetry: nothing is sent and nothing is written to the home folder, proved by the kernel and the file system."""

import json
import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from workbench.engine import quiet

ROOT = Path(__file__).parents[3]

# A filter in the kernel for socket(AF_INET or AF_INET6), which native code and child processes cannot get around: it
# ends the process that tries, or refuses. And a hook for what Python itself opens, makes and starts.
GUARD = """
import ctypes, json, os, struct, sys

def forbid_network(action):
    arch, number = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}[os.uname().machine]
    # Loads arch, then the number of the system call, then its first argument (the address family).
    program = [
        (0x20, 0, 0, 4), (0x15, 0, 6, arch),
        (0x20, 0, 0, 0), (0x15, 0, 4, number),
        (0x20, 0, 0, 16), (0x15, 1, 0, 2), (0x15, 0, 1, 10),
        (0x06, 0, 0, action), (0x06, 0, 0, 0x7FFF0000),
    ]
    code = b"".join(struct.pack("HBBI", *row) for row in program)
    buffer = ctypes.create_string_buffer(code)
    class Program(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]
    wanted = Program(len(program), ctypes.addressof(buffer))
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.prctl(38, 1, 0, 0, 0) == 0
    assert libc.prctl(22, 2, ctypes.byref(wanted), 0, 0) == 0, os.strerror(ctypes.get_errno())

seen = []
def watch(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto", "os.posix_spawn", "os.fork"):
        seen.append(event)
    if event == "open" and isinstance(arguments[0], (str, bytes)):
        path, flags = os.fsdecode(arguments[0]), arguments[2] or 0
        if path.startswith(os.environ["HOME"]) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            seen.append(path)
    if event == "os.mkdir" and str(arguments[0]).startswith(os.environ["HOME"]):
        seen.append(str(arguments[0]))

KILL, REFUSE = 0x80000000, 0x00050001
"""

# What the workbench does with OpenVINO and NNCF: import, convert, compile, infer, quantise.
WORK = """
import numpy as np, openvino as ov
from openvino import opset13 as op

weights = np.random.default_rng(0).normal(0, 1, (4, 3, 3, 3)).astype(np.float32)
picture = op.parameter([1, 3, 8, 8], np.float32, name="x")
model = ov.Model([op.relu(op.convolution(picture, weights, [1, 1], [0, 0], [0, 0], [1, 1]))], [picture], "m")
ov.save_model(model, "m.xml")
converted = ov.convert_model("m.onnx")
compiled = ov.Core().compile_model(converted, "CPU", {"CACHE_DIR": "cache"})
compiled(np.zeros((1, 3, 8, 8), np.float32))
import nncf
nncf.quantize(model, nncf.Dataset([np.zeros((1, 3, 8, 8), np.float32)] * 2), subset_size=2)
"""


def onnx_model(path: Path) -> None:
    import onnx
    from onnx import TensorProto, helper

    ports = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 3, 8, 8]) for name in ("x", "y")]
    graph = helper.make_graph([helper.make_node("Relu", ["x"], ["y"])], "g", ports[:1], ports[1:])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), path)


def run(folder: Path, code: str, **environment: str) -> tuple[subprocess.CompletedProcess[str], list[str], list[str]]:
    """Run `code` under the guard with a home folder of its own; returns the process, what the audit hook saw, and the
    files in the home folder afterwards."""
    home = folder / "home"
    home.mkdir()
    onnx_model(folder / "m.onnx")
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name not in ("CI", "TF_BUILD", "JENKINS_URL", "NNCF_CI", "PYTEST_CURRENT_TEST")
    }
    done = subprocess.run(
        [sys.executable, "-c", GUARD + code + "\nprint(json.dumps(seen))"],
        cwd=folder,
        env=inherited | {"HOME": str(home), "PYTHONPATH": str(ROOT)} | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    seen: list[str] = json.loads(done.stdout.splitlines()[-1]) if done.returncode == 0 else []
    return done, seen, sorted(str(path.relative_to(home)) for path in home.rglob("*"))


@pytest.mark.skipif(platform.machine() not in ("x86_64", "aarch64"), reason="the guard knows two architectures")
class TestNothingLeaves:
    def test_after_silence(self, tmp_path: Path) -> None:
        """A single internet socket, of whatever library, would kill the process."""
        code = "forbid_network(KILL); sys.addaudithook(watch)\nfrom workbench.engine.quiet import silence; silence()\n"
        done, seen, files = run(tmp_path, code + WORK)
        assert done.returncode == 0, done.stderr
        assert seen == []
        assert files == []

    def test_with_the_environment_alone(self, tmp_path: Path) -> None:
        """As in programs that the engine starts, and where `silence` is not called."""
        done, seen, files = run(
            tmp_path, "forbid_network(KILL); sys.addaudithook(watch)\n" + WORK, **quiet.environment()
        )
        assert done.returncode == 0, done.stderr
        assert seen == []
        assert files == []

    def test_the_proof_would_see_it(self, tmp_path: Path) -> None:
        """The same without anything turned off: the guard and the home folder do notice."""
        done, seen, files = run(tmp_path, "forbid_network(REFUSE); sys.addaudithook(watch)\nimport openvino\n")
        assert done.returncode == 0, done.stderr
        assert files, "OpenVINO's telemetry makes files in the home folder"
        assert any(event == "os.fork" or "intel" in event for event in seen)

    def test_too_late_is_better_than_never(self, tmp_path: Path) -> None:
        """OpenVINO is there already, with its telemetry on: nothing is sent from then on."""
        code = """
from openvino_telemetry import Telemetry
telemetry = Telemetry("OVC", "1", "G-0", backend="ga4", enable_opt_in_dialog=False)
assert telemetry.consent
from workbench.engine.quiet import silence; silence()
forbid_network(KILL); sys.addaudithook(watch)
telemetry.send_event("a", "b", "c")
telemetry.force_shutdown(1.0)
"""
        done, seen, _ = run(tmp_path, code + WORK)
        assert done.returncode == 0, done.stderr
        assert seen == []
