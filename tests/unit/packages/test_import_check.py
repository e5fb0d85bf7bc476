"""Exports that somebody changed: each with the error that refuses it. A right one passes."""

import gzip
import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.unit.packages import transfer_material as material
from workbench.engine.protocol import Emitter, EngineError
from workbench.packages import import_check

Members = dict[str, bytes]
Change = Callable[[Members], object]
RUNS, REPORTS = "projects/0/runs.jsonl", "projects/0/reports.jsonl"
RUN, REPORT = "projects/0/runs/0/", "projects/0/reports/0/"


@pytest.fixture(scope="module")
def right(tmp_path_factory: pytest.TempPathFactory) -> Members:
    return material.export(tmp_path_factory.mktemp("right"))


def check(folder: Path, archive: Path, **limits: int) -> dict[str, Any]:
    (folder / "inputs").mkdir()
    (folder / "out").mkdir()
    (folder / "inputs" / "archive").symlink_to(archive)
    return import_check.run({"limits": limits}, folder, Emitter(io.StringIO()))


def refused(folder: Path, archive: Path, **limits: int) -> str:
    with pytest.raises(EngineError) as caught:
        check(folder, archive, **limits)
    assert caught.value.message.endswith(".")
    assert caught.value.action
    return caught.value.code


def test_a_right_one(right: Members, tmp_path: Path) -> None:
    told = check(tmp_path, material.packed(tmp_path / "right.tar.gz", right))
    assert told == {"files": len(right), "openvino": "2026.4.1", "workbench": "0.1"}
    found = tmp_path / "out" / import_check.CHECKED
    assert (found / "models/0/model.bin").read_bytes() == material.BIN


# The archive and its manifest


def test_one_bit(right: Members, tmp_path: Path) -> None:
    for name in right:
        changed = right | {name: bytes([right[name][0] ^ 1]) + right[name][1:]}
        folder = tmp_path / name.replace("/", "-")
        folder.mkdir()
        archive = material.packed(folder / "a.tar.gz", changed, material.manifest(right))
        assert refused(folder, archive) == "export_hash_mismatch", name


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda told: told["files"].pop(), "export_member_unknown"),
        (
            lambda told: told["files"].append({"path": "a", "size_bytes": 1, "sha256": "0" * 64}),
            "export_member_missing",
        ),
        (lambda told: told["files"].append(told["files"][0]), "export_manifest_invalid"),
        (lambda told: told["files"][0].update(size_bytes=1), "export_hash_mismatch"),
        (lambda told: told["files"][0].update(size_bytes=-1), "export_manifest_invalid"),
        (lambda told: told["files"][0].update(sha256="A" * 64), "export_manifest_invalid"),
        (lambda told: told["files"][0].update(path="../../etc/passwd"), "export_member_unknown"),
        (lambda told: told.update(format="something else"), "export_manifest_invalid"),
        (lambda told: told.update(schema_version=2), "export_version_unsupported"),
        (lambda told: told.update(schema_version="1e9"), "export_manifest_invalid"),
        (lambda told: told.update(more=1), "export_manifest_invalid"),
        (lambda told: told.pop("openvino"), "export_manifest_invalid"),
        (lambda told: told.update(files={}), "export_manifest_invalid"),
    ],
)
def test_manifest(right: Members, tmp_path: Path, change: Callable[[Any], object], code: str) -> None:
    told = material.manifest(right)
    change(told)
    assert refused(tmp_path, material.packed(tmp_path / "a.tar.gz", right, told)) == code


def as_tar(path: Path, add: Callable[[tarfile.TarFile], None]) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        add(archive)
    return path


def _member(name: str, **more: Any) -> Callable[[tarfile.TarFile], None]:
    def add(archive: tarfile.TarFile) -> None:
        info = tarfile.TarInfo(name)
        for field, value in more.items():
            setattr(info, field, value)
        archive.addfile(info)

    return add


@pytest.mark.parametrize(
    ("add", "code"),
    [
        (_member("../outside"), "archive_path_outside"),
        (_member("/etc/cron.d/x"), "archive_path_outside"),
        (_member("models/0/model.bin", type=tarfile.SYMTYPE, linkname="/etc/passwd"), "archive_link"),
        (_member("models/0/model.bin", type=tarfile.LNKTYPE, linkname="content.json"), "archive_link"),
        (_member("models/0/model.bin", type=tarfile.CHRTYPE), "archive_special_file"),
        (_member("models/0/model\n.bin"), "archive_name_invalid"),
        (_member("readme.txt"), "export_manifest_invalid"),
    ],
)
def test_archive(tmp_path: Path, add: Callable[[tarfile.TarFile], None], code: str) -> None:
    assert refused(tmp_path, as_tar(tmp_path / "a.tar.gz", add)) == code


def test_no_archive(tmp_path: Path) -> None:
    path = tmp_path / "a.tar.gz"
    path.write_bytes(b"PNG or something")
    assert refused(tmp_path, path) == "archive_not_recognised"


def test_half_an_archive(right: Members, tmp_path: Path) -> None:
    path = material.packed(tmp_path / "a.tar.gz", right)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert refused(tmp_path, path) in ("archive_truncated", "archive_corrupt")


def test_a_bomb(right: Members, tmp_path: Path) -> None:
    bomb = right | {"models/0/model.bin": bytes(64 * 1024**2)}
    assert refused(tmp_path, material.packed(tmp_path / "a.tar.gz", bomb), bytes=32 * 1024**2) == "archive_too_large"


# What its documents say, with a manifest that fits


def of_content(change: Callable[[Any], object]) -> Change:
    def apply(members: Members) -> None:
        told = json.loads(members["content.json"])
        change(told)
        members["content.json"] = json.dumps(told).encode()

    return apply


def of_line(name: str, change: Callable[[Any], object]) -> Change:
    def apply(members: Members) -> None:
        told = json.loads(members[name])
        change(told)
        members[name] = json.dumps(told).encode() + b"\n"

    return apply


def of_run(change: Callable[[Any], object]) -> Change:
    return of_line(RUNS, lambda told: change(told["document"]))


def of_result(change: Callable[[Any], object]) -> Change:
    return of_run(lambda document: change(document["result"]))


def of_report(change: Callable[[Any], object]) -> Change:
    return of_line(REPORTS, lambda told: change(told["document"]))


def put(name: str, data: bytes) -> Change:
    return lambda members: members.update({name: data})


def drop(name: str) -> Change:
    def apply(members: Members) -> None:
        del members[name]

    return apply


def _twice(told: Any) -> None:
    told["models"].append(told["models"][0])


def _circle(told: Any) -> None:
    told["models"].append(told["models"][0] | {"sha256": "1" * 64, "sources": []})
    told["projects"][0].update(parent=1)
    told["projects"].append(told["projects"][0] | {"model": 1, "parent": 0})


def _nested(told: Any) -> None:
    value: Any = 1
    for _ in range(60):
        value = [value]
    told["models"][0]["conversion"] = {"a": value}


CONTENT: list[tuple[Change, str]] = [
    (drop("content.json"), "export_member_missing"),
    (put("content.json", b"no json"), "export_invalid"),
    (put("content.json", b"[" * 100_000), "export_invalid"),
    (put("content.json", b"[]"), "export_invalid"),
    (of_content(lambda told: told.update(more=1)), "export_invalid"),
    (of_content(lambda told: told["models"].clear()), "export_invalid"),
    (of_content(lambda told: told["models"][0].update(name="a\0b")), "export_invalid"),
    (of_content(lambda told: told["models"][0].update(name="\ud800")), "export_invalid"),
    (of_content(lambda told: told["models"][0].update(conversion={"a": float("nan")})), "export_invalid"),
    (of_content(lambda told: told["models"][0].update(conversion={"a": 1 << 80})), "export_invalid"),
    (of_content(_nested), "export_invalid"),
    (of_content(lambda told: told["models"][0].update(task="mining")), "export_invalid"),
    (of_content(lambda told: told["models"][0].update(parent=0)), "export_inconsistent"),
    (of_content(lambda told: told["models"][0].update(parent=-1)), "export_invalid"),
    (of_content(lambda told: told["models"][0].update(sources=["../../x"])), "export_invalid"),
    (of_content(lambda told: told["models"][0].update(sources=["/x"])), "export_invalid"),
    (of_content(lambda told: told["models"][0].update(sources=["a", "a/b"])), "export_invalid"),
    (of_content(lambda told: told["models"][0].update(sources=[])), "export_member_unknown"),
    (of_content(lambda told: told["models"][0].update(sources=["a", "b"])), "export_member_missing"),
    (of_content(lambda told: told["models"][0].update(created_at="2999-01-01T00:00:00+00:00")), "export_invalid"),
    (of_content(lambda told: told["models"][0].update(created_at="2025-01-01T00:00:00")), "export_invalid"),
    (of_content(lambda told: told["models"][0].update(preprocessing={"resize": "explode"})), "export_invalid"),
    (of_content(_twice), "export_member_missing"),
    (of_content(_circle), "export_inconsistent"),
    (of_content(lambda told: told["projects"][0].update(model=7)), "export_inconsistent"),
    (of_content(lambda told: told["projects"][0].update(parent=0)), "export_inconsistent"),
    (of_content(lambda told: told["projects"][0].update(device="cpu; rm -rf /")), "export_invalid"),
    (of_content(lambda told: told["projects"][0].update(precision="f8")), "export_invalid"),
    (of_content(lambda told: told["projects"][0]["reading"].update(more=1)), "export_invalid"),
    (of_content(lambda told: told["projects"][0].update(runs=2)), "export_inconsistent"),
    (of_content(lambda told: told["projects"].append(told["projects"][0])), "export_inconsistent"),
    (of_content(lambda told: told.update(main=1)), "export_inconsistent"),
    (of_content(lambda told: told["dataset"].update(count=0)), "export_invalid"),
    (of_content(lambda told: told["dataset"].update(format="zip")), "export_invalid"),
    (of_content(lambda told: told["dataset"].update(included=False)), "export_member_unknown"),
    (of_content(lambda told: told["dataset"].update(count=1)), "export_report_invalid"),
    (drop("dataset/dataset.json"), "export_member_missing"),
    (drop("models/0/model.bin"), "export_member_missing"),
    (put("models/0/run.sh", b"#!/bin/sh"), "export_member_unknown"),
    (put("models/1/model.xml", b""), "export_member_unknown"),
    (put("dataset/images/evil.svg", b"<svg/>"), "export_member_unknown"),
    (put("dataset/images/1/000001.png", b""), "export_member_unknown"),
    (put("projects/1/runs.jsonl", b""), "export_member_unknown"),
    (put("other", b""), "export_member_unknown"),
]


RUN_CHANGES: list[tuple[Change, str]] = [
    (of_run(lambda run: run.update(throughput_fps=1000.0)), "export_run_invalid"),
    (of_result(lambda result: result.update(throughput_fps=1000.0)), "export_run_invalid"),
    (
        of_run(lambda run: (run.update(throughput_fps=1e3), run["result"].update(throughput_fps=1e3))),
        "export_run_invalid",
    ),
    (
        of_run(lambda run: (run.update(throughput_fps=-1), run["result"].update(throughput_fps=-1))),
        "export_run_invalid",
    ),
    (of_run(lambda run: run.update(verdict="noisy")), "export_run_invalid"),
    (of_run(lambda run: (run.update(verdict="fine"), run["result"].update(verdict="fine"))), "export_run_invalid"),
    (of_run(lambda run: run.update(id="x")), "export_run_invalid"),
    (of_run(lambda run: run.pop("label")), "export_run_invalid"),
    (of_run(lambda run: run.update(streams=1 << 40)), "export_run_invalid"),
    (of_run(lambda run: run.update(requests=-1)), "export_run_invalid"),
    (of_run(lambda run: run.update(label="x" * 101)), "export_run_invalid"),
    (of_run(lambda run: run.update(device="GPU")), "export_run_invalid"),
    (of_run(lambda run: run.update(result=[])), "export_run_invalid"),
    (of_run(lambda run: run.update(created_at="yesterday")), "export_invalid"),
    (of_run(lambda run: run.update(throughput_fps=float("inf"))), "export_invalid"),
    (of_run(lambda run: run.update(layers_error={"code": 1})), "export_run_invalid"),
    (of_result(lambda result: result["latency_ms"].update(median=1.5)), "export_run_invalid"),
    (of_result(lambda result: result["latency_ms"].update(max=3.5)), "export_run_invalid"),
    (of_result(lambda result: result["latency_ms"].update(min=9.0)), "export_run_invalid"),
    (of_result(lambda result: result.update(samples=0)), "export_run_invalid"),
    (of_result(lambda result: result.update(samples=5)), "export_run_invalid"),
    (of_result(lambda result: result.update(duration_s=4.0)), "export_run_invalid"),
    (of_result(lambda result: result.pop("latency_ms")), "export_run_invalid"),
    (of_result(lambda result: result.update(source="a friend")), "export_run_invalid"),
    (of_result(lambda result: result["provenance"].update(model_sha256="1" * 64)), "export_run_invalid"),
    (of_line(RUNS, lambda told: told.update(files=["../latencies.npz"])), "export_invalid"),
    (of_line(RUNS, lambda told: told.update(files=[])), "export_member_unknown"),
    (drop(RUN + "latencies.npz"), "export_member_missing"),
    (drop(RUNS), "export_member_missing"),
    (put(RUN + "latencies.npz", b"no zip"), "export_run_invalid"),
    (put(RUN + "latencies.npz", material.npz(np.array([object()] * 4))), "export_run_invalid"),
    (put(RUN + "latencies.npz", material.npz(material.LATENCIES * 2)), "export_run_invalid"),
    (put(RUN + "latencies.npz", material.npz(material.LATENCIES.astype(np.float64))), "export_run_invalid"),
    (put(RUN + "latencies.npz", material.npz(material.LATENCIES[:3])), "export_run_invalid"),
    (put(RUN + "latencies.npz", material.npz(material.LATENCIES * np.float32(np.nan))), "export_run_invalid"),
    (put(RUN + "latencies.npz", material.npz(more=np.zeros(1))), "export_run_invalid"),
    (put(RUN + "layers.json.gz", b"no gzip"), "export_run_invalid"),
    (put(RUN + "layers.json.gz", gzip.compress(b"{}")), "export_run_invalid"),
    (
        put(RUN + "layers.json.gz", gzip.compress(b'{"layers": [], "by_type": [], "total_us": NaN}')),
        "export_run_invalid",
    ),
    (
        put(RUN + "layers.json.gz", gzip.compress(b'{"layers": [1], "by_type": [], "total_us": 1}')),
        "export_run_invalid",
    ),
    (put(RUN + "layers.json.gz", gzip.compress(b"[" * 100_000)), "export_run_invalid"),
    (put(RUN + "other", b""), "export_member_unknown"),
]


def parquet(**columns: Any) -> bytes:
    file = io.BytesIO()
    table = {
        "row": [0, 1],
        "sample": [0, 1],
        "name": ["a", "b"],
        "label": [0, 1],
        "rank": [0, 1],
        "label_name": ["a"] * 2,
    }
    table |= columns
    pq.write_table(pa.table({name: value for name, value in table.items() if value is not None}), file)
    return file.getvalue()


def of_metric(value: float) -> Change:
    def change(document: Any) -> None:
        document["result"]["metrics"]["accuracy@top1"]["value"] = value
        document["result"]["headline"]["value"] = value

    return of_report(change)


REPORT_CHANGES: list[tuple[Change, str]] = [
    (of_metric(0.75), "export_report_invalid"),
    (of_report(lambda told: told["result"]["headline"].update(value=1.0)), "export_report_invalid"),
    (of_report(lambda told: told["result"].update(primary=None)), "export_report_invalid"),
    (of_report(lambda told: told["result"].update(more=1)), "export_report_invalid"),
    (of_report(lambda told: told["result"].update(rows=3)), "export_report_invalid"),
    (of_report(lambda told: told["result"].update(model_sha256="1" * 64)), "export_report_invalid"),
    (of_report(lambda told: told["result"].pop("columns")), "export_report_invalid"),
    (of_report(lambda told: told["result"].pop("reading")), "export_report_invalid"),
    (of_report(lambda told: told["result"]["reading"]["decoding"].update(family="crystal")), "export_report_invalid"),
    (of_report(lambda told: told["result"]["columns"][0].update(name="a b; drop")), "export_report_invalid"),
    (of_report(lambda told: told["result"]["columns"].pop()), "export_report_invalid"),
    (of_report(lambda told: told.update(kind="made up")), "export_report_invalid"),
    (of_report(lambda told: told.update(task="generic")), "export_report_invalid"),
    (of_report(lambda told: told.update(samples=3)), "export_report_invalid"),
    (of_report(lambda told: told.update(samples=1 << 40)), "export_report_invalid"),
    (of_report(lambda told: told.pop("result")), "export_report_invalid"),
    (of_line(REPORTS, lambda told: told.update(model=5)), "export_inconsistent"),
    (of_line(REPORTS, lambda told: told.update(reference=0)), "export_report_invalid"),
    (of_line(REPORTS, lambda told: told.update(files=False)), "export_member_unknown"),
    (put(REPORT + "samples.parquet", b"no parquet"), "export_report_invalid"),
    (put(REPORT + "samples.parquet", parquet(row=[1, 0])), "export_report_invalid"),
    (put(REPORT + "samples.parquet", parquet(rank=[0.5, 1.5])), "export_report_invalid"),
    (put(REPORT + "samples.parquet", parquet(rank=[0, 0])), "export_report_invalid"),
    (put(REPORT + "samples.parquet", parquet(more=[0, 1])), "export_report_invalid"),
    (put(REPORT + "samples.parquet", parquet(rank=None)), "export_report_invalid"),
    (put(REPORT + "samples.parquet", parquet(name=["x" * 3000, "b"])), "export_report_invalid"),
    (put(REPORT + "classes.parquet", parquet()), "export_report_invalid"),
    (put(REPORT + "drawn.offsets", bytes(16)), "export_report_invalid"),
    (put(REPORT + "drawn.offsets", bytes(8)), "export_report_invalid"),
    (put(REPORT + "drawn.jsonl", b"{}\n{}\n"), "export_report_invalid"),
    (drop(REPORT + "drawn.offsets"), "export_report_invalid"),
    (put(REPORT + "tables.json", b'{"classes": NaN}'), "export_report_invalid"),
    (drop(REPORT + "tables.json"), "export_report_invalid"),
    (drop(REPORT + "samples.parquet"), "export_report_invalid"),
    (put(REPORT + "files/masks-000001.png", b"no picture"), "export_report_invalid"),
    (put(REPORT + "files/page.html", b"<script>"), "export_report_invalid"),
    (put(REPORT + "files/a/b.png", b""), "export_report_invalid"),
    (put(REPORT + "other.parquet", b""), "export_member_unknown"),
    (put("projects/0/reports/1/samples.parquet", b""), "export_member_unknown"),
]


@pytest.mark.parametrize(("change", "code"), [*CONTENT, *RUN_CHANGES, *REPORT_CHANGES])
def test_a_changed_one_with_a_manifest_that_fits(right: Members, tmp_path: Path, change: Change, code: str) -> None:
    members = dict(right)
    change(members)
    assert refused(tmp_path, material.packed(tmp_path / "a.tar.gz", members)) == code
