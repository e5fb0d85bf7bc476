"""Writes the lock files of the toolchains: python -m scripts.toolchain_locks [NAME]

One for each Python that a toolchain works with, with the checksums of every file of a version. Resolves for a Python
that need not be here, by `uv` (pip install uv; it is no dependency of the project).
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from workbench.toolchains.catalogue import DEFINITIONS, LOCKS, Definition

# What each toolchain asks for. Accuracy Checker reckons COCO figures with `pycocotools`; `setuptools` and `wheel` build
# what comes as source.
REQUIREMENTS = {
    "openvino-2023": ["openvino-dev[caffe,mxnet,onnx]==2023.3.0", "pycocotools", "setuptools>=70.1,<80", "wheel"],
}


def compile_lock(definition: Definition, minor: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "wanted.in"
        source.write_text("\n".join(REQUIREMENTS[definition.name]) + "\n")
        target = LOCKS / f"{definition.name}-py3{minor}.txt"
        command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--generate-hashes", "--no-header"]
        command += ["--no-annotate", "--no-emit-index-url", "--python-version", f"3.{minor}"]
        command += ["--python-platform", "x86_64-manylinux_2_28", "--emit-build-options", "--output-file", str(target)]
        subprocess.run([*command, str(source)], check=True, env=os.environ | {"UV_NO_CONFIG": "1"})
    if "://" in target.read_text():
        raise SystemExit(f"{target.name} names an address; it must not")
    print(target.name, len(definition.lock(minor).packages), "packages")


def main(arguments: list[str]) -> None:
    for definition in DEFINITIONS:
        if not arguments or definition.name in arguments:
            for minor in definition.pythons:
                compile_lock(definition, minor)


if __name__ == "__main__":
    main(sys.argv[1:])
