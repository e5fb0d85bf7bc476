"""A package is run before it is offered: unpacked in an empty folder, with an empty environment and a new virtual
environment that has numpy alone; its outputs are held against the workbench's own."""

import importlib.util
import json
import shutil
import sys
import tarfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.jobs.context import JobContext
from workbench.packages import contents, documents, runtime_files, sandbox
from workbench.packages.comparing_outputs import Tolerance, compare
from workbench.packages.planning import Plan
from workbench.packages.sandbox import Failed
from workbench.packages.schemas import PackageTrial

Program = list[str | Path]

SECONDS = 1.0
VENV_TIMEOUT_S, RUN_TIMEOUT_S, BUILD_TIMEOUT_S = 120.0, 1800.0, 900.0
LOG_CHARACTERS = 20_000
PYTHON, CPP, SERVED = "Python sample", "C++ sample", "model as the server gets it"


@dataclass
class Tried:
    trial: PackageTrial
    log: str


class Trial:
    """The trial of one archive; `log` grows while it runs, and is there when it fails."""

    def __init__(self, context: JobContext, plan: Plan, facts: Mapping[str, Any], out: Path, archive: Path) -> None:
        """`out`: of the engine's operation, with pictures and expected outputs."""
        self._context, self._plan, self._facts, self._out, self._archive = context, plan, facts, out, archive
        self._folder = context.work / "trial"
        self._lines: list[str] = []
        self._largest = 0.0
        self._fps: float | None = None
        self._compared: list[str] = []

    @property
    def log(self) -> str:
        return "\n".join(self._lines)

    def say(self, line: str) -> None:
        # Places of the server are nobody's business.
        text = "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in line)
        text = text.replace(str(self._context.work), "…").replace(sys.executable, "python")
        self._lines.append(text)
        self._context.log(text)

    def run(self, progress: Callable[[float], None]) -> PackageTrial:
        """Raises Failed with what did not fit."""
        plan, wanted = self._plan, self._plan.wanted
        if plan.why_not is not None:
            return self._not_run(f"It was built and not run: {plan.why_not}")
        if not wanted.model:
            return self._not_run("It was built and not run: without a model nothing can be.")
        root = self._unpacked()
        progress(0.1)
        self._check_sums(root)
        python = self._virtual_environment(linked=not (wanted.runtime and wanted.kind != "model_server"))
        progress(0.2)
        reasons = []
        own = wanted.kind != "model_server" and wanted.python
        self._python(python, root, own)
        progress(0.5)
        if wanted.cpp and wanted.kind != "model_server":
            lacks = [name for name in ("g++", "cmake", "make") if shutil.which(name) is None]
            if lacks:
                reasons.append(f"The sample in C++ was not built: this machine has no {' and no '.join(lacks)}.")
            elif not wanted.runtime:
                reasons.append("The sample in C++ was not built: the package has no runtime to build it with.")
            else:
                self._cpp(root, progress)
        if wanted.kind == "docker":
            reasons.append("What the image will hold was run; the image itself was not built.")
        if wanted.kind == "model_server":
            reasons.append("The model was run with the server's configuration; the server itself was not.")
        for reason in reasons:
            self.say(reason)
        count, precision = len(self._facts["samples"]), self._facts["effective_precision"]
        tolerance = self._tolerance()
        return PackageTrial(
            state="passed",
            reason=" ".join(
                [f"Outputs are those of the workbench ({tolerance.told}, executed in {precision}).", *reasons]
            ),
            device=plan.device,
            samples=count,
            compared=self._compared,
            max_difference=self._largest,
            throughput_fps=self._fps,
            log=self.log[-LOG_CHARACTERS:],
        )

    def _not_run(self, reason: str) -> PackageTrial:
        self.say(reason)
        return PackageTrial(state="not_run", reason=reason, device=self._plan.device, log=self.log[-LOG_CHARACTERS:])

    def _tolerance(self) -> Tolerance:
        return Tolerance.of(str(self._facts["effective_precision"]), str(self._facts["preprocessing"]["interpolation"]))

    def _unpacked(self) -> Path:
        """The folder of the package."""
        place = self._folder / "unpacked"
        place.mkdir(parents=True)
        with tarfile.open(self._archive, "r:gz") as archive:
            archive.extractall(place, filter="data")
        (top,) = place.iterdir()
        self.say(f"unpacked {self._archive.stat().st_size} bytes into an empty folder")
        return top / contents.INNER if self._plan.wanted.kind == "docker" else top

    def _check_sums(self, root: Path) -> None:
        if (root / "install.sh").is_file():
            sandbox.run(self._context, ["/bin/sh", root / "install.sh", "--check"], root, self.say, VENV_TIMEOUT_S)

    def _virtual_environment(self, *, linked: bool) -> Path:
        """A new one with numpy, taken from the running environment: nothing is loaded from a network. `linked`: with
        OpenVINO, too, where the package has none."""
        place = self._folder / "venv"
        program: Program = [sys.executable, "-I", "-m", "venv", "--without-pip", place]
        sandbox.run(self._context, program, self._folder, self.say, VENV_TIMEOUT_S)
        (packages,) = (place / "lib").glob("python*/site-packages")
        found = importlib.util.find_spec("numpy")
        if found is None or found.origin is None:
            raise Failed("The workbench's own environment has no numpy.")
        numpy = Path(found.origin).parent
        shared = [numpy, numpy.with_name("numpy.libs"), *([runtime_files.root()] if linked else [])]
        for path in shared:
            if path.is_dir():
                (packages / path.name).symlink_to(path)
        self.say("in the virtual environment: " + ", ".join(sorted(path.name for path in packages.iterdir())))
        return place / "bin" / "python"

    def _python(self, python: Path, root: Path, own: bool) -> None:
        """The package's sample; where it has none, one that is laid beside it."""
        plan = self._plan
        beside = self._folder / "beside"
        sample = root / "samples/python/sample.py" if own else beside / "samples/python/sample.py"
        arguments: list[str | Path] = []
        if not own:
            for entry in contents.python_sample(
                str(plan.reading["decoding"]["family"]) if self._facts["decodes"] else "none"
            ):
                path = beside / entry.name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(b"".join(entry.blocks()))
            model = root / (
                "model/model.xml" if plan.wanted.kind != "model_server" else f"models/{plan.name}/1/model.xml"
            )
            config = root / "config.json"
            if plan.wanted.kind == "model_server":
                config = beside / "config.json"
                config.write_bytes(documents.as_json(self._as_served(root)))
            arguments += ["--config", config, "--model", model]
            if plan.wanted.kind != "model_server" and plan.wanted.runtime:
                # With the libraries of the package all the same.
                api = beside / "python"
                api.mkdir()
                shutil.copytree(
                    runtime_files.root(),
                    api / "openvino",
                    ignore=shutil.ignore_patterns("libs", "tools", "include", "torch"),
                )
                (api / "openvino" / "libs").symlink_to(root / "runtime")
        outputs, told = self._folder / "outputs-python", self._folder / "python.json"
        program: Program = [python, "-B", sample, *arguments, "--outputs", outputs, "--json", told]
        program += ["--seconds", str(SECONDS), "--results", self._folder / "results", self._out / "pictures"]
        sandbox.run(self._context, program, self._folder, self.say, RUN_TIMEOUT_S)
        report = json.loads(told.read_bytes())
        place = Path(str(report["openvino"])).resolve()
        if (
            plan.wanted.runtime
            and plan.wanted.kind != "model_server"
            and not place.is_relative_to(self._folder.resolve())
        ):
            raise Failed("The sample in Python has taken another OpenVINO than that of the package.")
        fps = report["throughput_fps"]
        self._fps = float(fps) if isinstance(fps, int | float) else None
        self._compare(outputs, PYTHON if own else SERVED if plan.wanted.kind == "model_server" else "model")

    def _as_served(self, root: Path) -> dict[str, Any]:
        """The configuration of the sample, with the properties and requests that stand in the server's."""
        served = json.loads((root / "config.json").read_bytes())["model_config_list"][0]["config"]
        config: dict[str, Any] = json.loads((root / "model.json").read_bytes())
        for given in config["inputs"]:
            if given["file"] is not None:
                given["file"] = str(root / given["file"])
        config["properties"] = {"own": served["plugin_config"], "behind": {}}
        return config | {"device": served["target_device"], "requests": served.get("nireq")}

    def _cpp(self, root: Path, progress: Callable[[float], None]) -> None:
        source = root / "samples/cpp"
        options = ["-DWITH_OPENCV=OFF", "-DCMAKE_BUILD_TYPE=Release"]
        configure: Program = ["cmake", "-S", source, "-B", source / "build", *options]
        sandbox.run(self._context, configure, self._folder, self.say, BUILD_TIMEOUT_S)
        sandbox.run(self._context, ["cmake", "--build", source / "build"], self._folder, self.say, BUILD_TIMEOUT_S)
        progress(0.9)
        outputs = self._folder / "outputs-cpp"
        program: Program = [
            source / "build/sample",
            "--outputs",
            outputs,
            "--seconds",
            str(SECONDS),
            self._out / "pictures",
        ]
        sandbox.run(self._context, program, self._folder, self.say, RUN_TIMEOUT_S)
        self._compare(outputs, CPP)

    def _compare(self, outputs: Path, what: str) -> None:
        tolerance = self._tolerance()
        largest = compare(
            self._out / "expected", outputs, len(self._facts["samples"]), len(self._facts["outputs"]), tolerance
        )
        self.say(f"{what}: outputs differ from the workbench's by {largest:.3g} at most ({tolerance.told})")
        self._largest = max(self._largest, largest)
        self._compared.append(what)
