"""The whole API under requests made from its own description: no answer is a 5xx, and every answer is as described."""

import secrets
from collections.abc import Iterator

import pytest
import schemathesis
from schemathesis.checks import CHECKS
from schemathesis.config import SchemathesisConfig

from tests.server import described, guarded, listening, migrated, runtime_of

# Few random requests beside the systematic ones (limits, wrong types, missing and unexpected fields): this runs with
# every `make test`.
CONFIG = {
    "generation": {"max-examples": 20, "deterministic": True, "mode": "all"},
    "phases": {"stateful": {"enabled": False}},
    "request-timeout": 20,
}
NAMED = ["not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance"]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a server."""
    url = None
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres").create_database(f"fuzz_{secrets.token_hex(4)}")
    settings = migrated(tmp_path_factory.mktemp("data"), database_url=url)
    with runtime_of(settings) as runtime, listening(guarded(runtime)) as base:
        yield base


schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")
schema = schemathesis.openapi.from_dict(described(), config=SchemathesisConfig.from_dict(CONFIG))


# The event stream never ends, so it cannot be asked for an answer.
@schema.exclude(path_regex="/events$").parametrize()
def test_every_answer_is_as_described(case: schemathesis.Case, server: str) -> None:
    case.call_and_validate(base_url=server, checks=CHECKS.get_by_names(NAMED))
