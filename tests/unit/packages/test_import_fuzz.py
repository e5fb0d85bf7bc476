"""Whatever stands wherever in the documents of an export: it is taken or refused, and nothing else happens."""

import json
import random
from pathlib import Path
from typing import Any

from tests.unit.packages import transfer_material as material
from tests.unit.packages.test_import_check import REPORT, REPORTS, RUNS, check
from workbench.engine.protocol import EngineError

HOSTILE: list[Any] = [
    None, True, -1, 0, 1e308, 1 << 62, "", "x" * 3000, "../..", "\u202e", [], {}, [None], {"a": []}, [[[]]], "NaN", 0.5,
]  # fmt: skip


def spoiled(value: Any, rng: random.Random) -> Any:
    """With one value anywhere in it replaced."""
    if isinstance(value, dict) and value and rng.random() < 0.9:
        name = rng.choice(sorted(value))
        return value | {name: spoiled(value[name], rng)}
    if isinstance(value, list) and value and rng.random() < 0.9:
        place = rng.randrange(len(value))
        return [*value[:place], spoiled(value[place], rng), *value[place + 1 :]]
    return rng.choice(HOSTILE)


def test_anything_in_place_of_anything(tmp_path: Path) -> None:
    """It passes or is refused; nothing else happens, whatever stands where."""
    rng = random.Random(7)
    right, codes = material.export(tmp_path / "right"), set()
    for number in range(150):
        members, name = dict(right), rng.choice(["content.json", RUNS, REPORTS, REPORT + "tables.json"])
        members[name] = json.dumps(spoiled(json.loads(members[name]), rng)).encode() + b"\n"
        folder = tmp_path / str(number)
        folder.mkdir()
        archive = material.packed(folder / "a.tar.gz", members)
        try:
            check(folder, archive)
        except EngineError as error:
            codes.add(error.code)
    assert {"export_invalid", "export_run_invalid", "export_report_invalid"} <= codes
