"""What is in a package: its parts with their files, planned from what is there already, or as it was built."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.models import service as models
from workbench.packages import archiving, decoding_source, documents, runtime_files
from workbench.packages.archiving import SUMS, Entry
from workbench.packages.planning import Plan
from workbench.packages.schemas import PackagePart
from workbench.runtime import Runtime

_CPP = ("CMakeLists.txt", "decoding.hpp", "json.hpp", "main.cpp", "pictures.hpp")
# About what the texts with the model come to that are only known when it is built.
_CONFIG_BYTES = 8_000
# Of the image in a Docker context everything but the Dockerfile is below.
INNER = "package"


@dataclass(frozen=True)
class Part:
    name: str
    description: str
    entries: list[Entry]

    def told(self) -> PackagePart:
        return PackagePart(
            name=self.name,
            description=self.description,
            files=len(self.entries),
            size_bytes=sum(entry.size for entry in self.entries),
        )


def planned(plan: Plan, runtime: Runtime) -> list[Part]:
    """From the model as it is stored: what is folded into it comes to some kilobytes."""
    xml, weights = models.files(runtime, plan.model)
    names = [str(name) for name in plan.dataset.labels or []]
    model = [
        Entry("model/model.xml", xml),
        Entry("model/model.bin", weights),
        Entry("config.json", b" " * _CONFIG_BYTES + documents.as_json(names)),
        Entry("labels.txt", documents.labels(names)),
    ]
    pictures = []
    if plan.wanted.include_samples:
        side = 3 * 224 * 224
        pictures = [
            Entry(f"pictures/{number:03}.ppm", bytes(side)) for number in range(len(plan.parameters["samples"]))
        ]
    return _parts(plan, model, pictures, None)


def built(plan: Plan, facts: Mapping[str, Any], out: Path, pictures: Path) -> list[Part]:
    """With the engine's `out` folder, and the folder with pictures where they stay in the package."""
    config = documents.config(plan, facts)
    model = [
        Entry("model/model.xml", out / "model.xml"),
        Entry("model/model.bin", out / "model.bin"),
        *(Entry(f"model/fixed/{path.name}", path) for path in sorted((out / "fixed").glob("*.bin"))),
        Entry("config.json", documents.as_json(config)),
        Entry("labels.txt", documents.labels(facts["labels"])),
    ]
    taken = sorted(pictures.glob("*.ppm")) if plan.wanted.include_samples else []
    return _parts(plan, model, [Entry(f"pictures/{path.name}", path) for path in taken], facts)


def _parts(plan: Plan, model: list[Entry], pictures: list[Entry], facts: Mapping[str, Any] | None) -> list[Part]:
    wanted = plan.wanted
    if wanted.kind == "model_server":
        return _for_server(plan, model, facts)
    parts = []
    kept = model if wanted.model else [entry for entry in model if not entry.name.startswith("model/")]
    parts.append(Part("model", "The model (OpenVINO IR), its configuration and labels", kept))
    if wanted.runtime:
        parts += _runtime(plan)
    if wanted.python and wanted.runtime:
        parts.append(
            Part("python", f"Python API, for Python {runtime_files.python_version()}", [
                *(Entry(f"python/openvino/{name}", path) for name, path in runtime_files.python_files()),
                # Where the API looks for the libraries.
                Entry("python/openvino/libs", b"", link="../../runtime"),
            ])
        )  # fmt: skip
    if wanted.cpp and wanted.runtime:
        parts.append(
            Part(
                "headers", "Headers for C++", [Entry(f"include/{name}", path) for name, path in runtime_files.headers()]
            )
        )
    decodes = facts is None or bool(facts["decodes"])
    samples = [*sample_programs(plan, decodes), *pictures]
    if samples:
        parts.append(Part("samples", "Sample programs", samples))
    licences = [Entry(f"LICENSES/{name}", path) for name, path in runtime_files.licences(wanted.runtime)]
    parts.append(Part("licences", "Licences", licences))
    texts = documents.scripts(plan)
    scripts = [Entry(name, text, executable=True) for name, text in texts.items()]
    told = [part.told() for part in parts]
    scripts.append(Entry("README.md", documents.readme(plan, told, facts or _unknown())))
    parts.append(Part("scripts", "Scripts, README and checksums", scripts))
    return _with_sums(plan, parts, facts)


def _with_sums(plan: Plan, parts: list[Part], facts: Mapping[str, Any] | None) -> list[Part]:
    """With the checksums of all, and below the folder that a Docker context has for them."""
    everything = [entry for part in parts for entry in part.entries]
    text = archiving.sums(everything) if facts is not None else b" " * 100 * len(everything)
    parts[-1].entries.append(Entry(SUMS, text))
    if plan.wanted.kind != "docker":
        return parts
    moved = [
        Part(part.name, part.description, [
            Entry(f"{INNER}/{entry.name}", entry.source, entry.executable, entry.link) for entry in part.entries
        ])
        for part in parts
    ]  # fmt: skip
    moved[-1].entries.append(Entry("Dockerfile", documents.dockerfile(plan)))
    return moved


def _runtime(plan: Plan) -> list[Part]:
    core = [Entry(f"runtime/{name}", path) for name, path in runtime_files.libraries()]
    plugins = [Entry(f"runtime/{name}", path) for name, path in runtime_files.plugins(plan.devices)]
    return [
        Part("runtime", f"OpenVINO {runtime_files.version()}: core, front end for IR, TBB", core),
        Part("device plugins", f"Plugins for {', '.join(sorted(runtime_files.kinds(plan.devices)))}", plugins),
    ]


def sample_programs(plan: Plan, decodes: bool) -> list[Entry]:
    """The samples that are wanted, with the decoder of the model's family."""
    made = []
    if plan.wanted.python:
        made += python_sample(str(plan.reading["decoding"]["family"]) if decodes else "none")
        made.append(Entry("samples/python/requirements.txt", documents.requirements(plan)))
    if plan.wanted.cpp:
        made += [Entry(f"samples/cpp/{name}", documents.template(f"cpp/{name}.in")) for name in _CPP]
    return made


def python_sample(family: str) -> list[Entry]:
    made = [
        Entry("samples/python/sample.py", documents.template("python/sample.py.in"), executable=True),
        Entry("samples/python/pictures.py", documents.template("python/pictures.py.in")),
    ]
    if family in decoding_source.FAMILIES:
        modules = decoding_source.files(family)
        made += [Entry(f"samples/python/decoding/{name}", text.encode()) for name, text in modules.items()]
        if decoding_source.uses_run_lengths(modules):
            place = documents.template("python/run_lengths.py.in")
            made.append(Entry("samples/python/decoding/run_lengths.py", place))
    return made


def _for_server(plan: Plan, model: list[Entry], facts: Mapping[str, Any] | None) -> list[Part]:
    """The layout of OpenVINO Model Server: models/NAME/VERSION, and a configuration that names it."""
    known = facts or _unknown()
    versioned = [
        Entry(f"models/{plan.name}/1/{entry.name.removeprefix('model/')}", entry.source)
        for entry in model
        if entry.name.startswith("model/model.")
    ]
    others = [
        Entry("model.json" if entry.name == "config.json" else entry.name.removeprefix("model/"), entry.source)
        for entry in model
        if not entry.name.startswith("model/model.")
    ]
    parts = [
        Part("model", "The model as a repository of the model server, with its labels", versioned + others),
        Part("licences", "Licences", [Entry(f"LICENSES/{name}", path) for name, path in runtime_files.licences(False)]),
    ]
    texts = [
        Entry("config.json", documents.as_json(documents.server_config(plan, known))),
        Entry("README.md", documents.readme(plan, [part.told() for part in parts], known, "model_server.md.j2")),
    ]
    parts.append(Part("scripts", "Configuration, README and checksums", texts))
    return _with_sums(plan, parts, facts)


def _unknown() -> dict[str, Any]:
    """What the engine will tell."""
    return {
        "folded": True,
        "effective_precision": None,
        "openvino": runtime_files.version(),
        "notes": [],
        "properties": {"own": {}, "behind": {}},
        "inputs": [],
        "batch": 1,
    }


def entries(parts: Sequence[Part]) -> list[Entry]:
    return [entry for part in parts for entry in part.entries]
