"""The whole API under requests made from its own description: no answer is a 5xx, and every answer is as described."""

import json
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import schemathesis
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.integration.inhabited import inhabit
from tests.server import described, guarded, listening, migrated, runtime_of


def made_with(examples: int, coverage: bool) -> SchemathesisConfig:
    """Few random requests, as this runs with every `make test`; `coverage` adds systematic ones (limits, types)."""
    return SchemathesisConfig.from_dict(
        {
            "generation": {"max-examples": examples, "deterministic": True, "mode": "all"},
            "phases": {"stateful": {"enabled": False}, "coverage": {"enabled": coverage}},
            "request-timeout": 20,
        }
    )


Case = schemathesis.Case[Any]
CHECKS_USED: Any = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@dataclass(frozen=True)
class Inhabited:
    """A server with one thing in every room."""

    url: str
    ids: dict[str, str]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Inhabited]:
    url = None
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres").create_database(f"fuzz_{secrets.token_hex(4)}")
    settings = migrated(tmp_path_factory.mktemp("data"), database_url=url)
    with runtime_of(settings) as runtime:
        ids = inhabit(runtime)
        with listening(guarded(runtime)) as base:
            yield Inhabited(base, ids)


schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")
systematic = schemathesis.openapi.from_dict(described(), config=made_with(5, coverage=True))
random = schemathesis.openapi.from_dict(described(), config=made_with(8, coverage=False))


# The event stream never ends, so it cannot be asked for an answer.
@systematic.exclude(path_regex="/events$").parametrize()
def test_every_answer_is_as_described(case: Case, server: Inhabited) -> None:
    case.call_and_validate(base_url=server.url, checks=CHECKS_USED)


# What is named by something else than the id of the one thing in a room.
THINGS: dict[tuple[str, str], object] = {
    ("datasets", "number"): 0,
    ("reports", "row"): 0,
    ("reports", "name"): "0.png",
    ("predictions", "name"): "picture.jpg",
    ("toolchains", "name"): "openvino-2023",
}


@random.include(path_regex="{").exclude(method="DELETE").parametrize()
def test_also_about_things_that_exist(case: Case, server: Inhabited) -> None:
    room = case.operation.path.split("/")[3]
    for name in case.path_parameters:
        case.path_parameters[name] = THINGS.get((room, name), server.ids.get(room))
    if "before" in case.query:
        case.query["before"] = server.ids[room]
    case.headers.setdefault("Tus-Resumable", "1.0.0")
    answer = case.call_and_validate(base_url=server.url, checks=CHECKS_USED)
    assert answer.status_code != 404 or case.method != case.operation.method.upper(), answer.text


@pytest.mark.parametrize("text", ["\x00", "\ud800", "\U0001f600", "-" * 36, "0" * 36, "x" * 5000, "'\\%_"])
def test_strange_text_in_every_field_is_no_crash(server: Inhabited, text: str) -> None:
    crashes = []
    with httpx.Client(base_url=server.url, timeout=20, headers={"Content-Type": "application/json"}) as client:
        for method, path, fields in _json_bodies():
            place = re.sub(r"{[^}]*}", server.ids.get(path.split("/")[3], ""), path)
            for field in fields:
                for content in ({field: text}, {field: [text]}, dict.fromkeys(fields, "x") | {field: text}):
                    answer = client.request(method, place, content=json.dumps(content))
                    if answer.status_code >= 500:
                        crashes.append((method, path, content))
    assert not crashes


def _json_bodies() -> Iterator[tuple[str, str, list[str]]]:
    """Method, path and field names of every operation that takes JSON."""
    document = described()
    for path, methods in document["paths"].items():
        for method, told in methods.items():
            body = json.dumps(told.get("requestBody", {}).get("content", {}).get("application/json"))
            for name in re.findall(r"#/components/schemas/(\w+)", body):
                yield method.upper(), path, list(document["components"]["schemas"][name]["properties"])
