import hashlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import OperationalError

from tests.server import migrated, runtime_of
from workbench.accounts import repository, service
from workbench.accounts.rules import LoginRequired
from workbench.accounts.service import BOOTSTRAP, Identity
from workbench.db.base import new_id
from workbench.db.tables import Token
from workbench.errors import Conflict, NotFound
from workbench.runtime import Runtime

SECRET = "Zk3-x9_QmT7.vB2nL8wRf5~yHc"


@pytest.fixture
def runtime(tmp_path: Path) -> Iterator[Runtime]:
    with runtime_of(migrated(tmp_path / "data", token=SECRET)) as made:
        yield made


def make(runtime: Runtime, name: str = "ci", days: int | None = None) -> tuple[Token, str]:
    with runtime.db.write() as session:
        return service.create(session, name, days)


def stored(runtime: Runtime, token_id: str) -> Token:
    with runtime.db.read() as session:
        return session.scalars(select(Token).where(Token.id == token_id)).one()


def set_used(runtime: Runtime, token_id: str, at: datetime) -> None:
    with runtime.db.write() as session:
        session.execute(update(Token).where(Token.id == token_id).values(last_used_at=at))


class TestCreate:
    def test_the_secret_has_256_random_bits(self, runtime: Runtime) -> None:
        secrets = {make(runtime, f"t{i}")[1] for i in range(20)}
        assert len(secrets) == 20
        # 43 characters of base64 hold 256 bits.
        assert all(re.fullmatch(r"wbt_[A-Za-z0-9_-]{43}", secret) for secret in secrets)

    def test_only_its_hash_is_stored(self, runtime: Runtime) -> None:
        row, secret = make(runtime)
        with runtime.db.read() as session:
            columns = session.execute(text("SELECT * FROM tokens")).mappings().one()
        assert columns["sha256"] == hashlib.sha256(secret.encode()).hexdigest()
        assert secret not in repr(dict(columns))
        assert row.prefix == secret[:8]

    def test_names_are_unique(self, runtime: Runtime) -> None:
        make(runtime)
        with pytest.raises(Conflict) as caught:
            make(runtime)
        assert caught.value.code == "name_taken"

    def test_names_are_unique_also_when_two_ask_at_once(
        self, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        make(runtime)
        monkeypatch.setattr(repository, "name_taken", lambda *_: False)
        with pytest.raises(Conflict) as caught:
            make(runtime)
        assert caught.value.code == "name_taken"


class TestAuthenticate:
    def test_a_token(self, runtime: Runtime) -> None:
        row, secret = make(runtime)
        assert service.authenticate(runtime, secret) == Identity("ci", row.id)

    def test_the_bootstrap_token(self, runtime: Runtime) -> None:
        assert service.authenticate(runtime, SECRET) == Identity(BOOTSTRAP, None)

    def test_wrong_ones(self, runtime: Runtime) -> None:
        row, secret = make(runtime)
        wrong = [
            "",
            "x",
            secret[:-1],
            secret + "x",
            secret.swapcase(),
            SECRET[:-1],
            SECRET + " ",
            row.sha256,
            "wbt_" + "a" * 43,
        ]
        for text_ in [*wrong, "\x00", "é" * 20, "\udce9", "\ud800", "wbt_" + "é" * 43]:
            assert service.authenticate(runtime, text_) is None, text_

    def test_no_bootstrap_token_means_no_empty_one(self, tmp_path: Path) -> None:
        with runtime_of(migrated(tmp_path / "other")) as runtime:
            for text_ in ("", "None", "null"):
                assert service.authenticate(runtime, text_) is None

    def test_deleted_is_wrong_at_once(self, runtime: Runtime) -> None:
        row, secret = make(runtime)
        assert service.authenticate(runtime, secret)
        with runtime.db.write() as session:
            service.delete(session, row.id)
        assert service.authenticate(runtime, secret) is None

    def test_expired_is_wrong(self, runtime: Runtime) -> None:
        row, secret = make(runtime, days=1)
        assert row.expires_at is not None
        assert row.expires_at - row.created_at == timedelta(days=1)
        assert service.authenticate(runtime, secret)
        with runtime.db.write() as session:
            past = datetime.now(UTC) - timedelta(seconds=1)
            session.execute(update(Token).where(Token.id == row.id).values(expires_at=past))
        assert service.authenticate(runtime, secret) is None

    def test_its_use_is_noted(self, runtime: Runtime) -> None:
        row, secret = make(runtime)
        assert stored(runtime, row.id).last_used_at is None
        before = datetime.now(UTC) - timedelta(seconds=1)
        service.authenticate(runtime, secret)
        used = stored(runtime, row.id).last_used_at
        assert used is not None
        assert used >= before

    @pytest.mark.parametrize(("age_s", "noted"), [(30, False), (90, True)])
    def test_at_most_once_a_minute(self, runtime: Runtime, age_s: int, noted: bool) -> None:
        row, secret = make(runtime)
        earlier = datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=age_s)
        set_used(runtime, row.id, earlier)
        service.authenticate(runtime, secret)
        assert (stored(runtime, row.id).last_used_at != earlier) is noted

    def test_a_use_that_cannot_be_noted_is_no_refusal(self, runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
        _, secret = make(runtime)

        def locked(*_: object) -> None:
            raise OperationalError("UPDATE", {}, Exception("database is locked"))

        monkeypatch.setattr(repository, "touch", locked)
        assert service.authenticate(runtime, secret)


class TestDelete:
    @pytest.mark.parametrize("token_id", ["", "x", "\x00", new_id(), "../x"])
    def test_unknown(self, runtime: Runtime, token_id: str) -> None:
        with runtime.db.write() as session, pytest.raises(NotFound) as caught:
            service.delete(session, token_id)
        assert caught.value.code == "token_not_found"


class TestCheckStart:
    def test_counts_only_tokens_that_are_valid(self, tmp_path: Path) -> None:
        with runtime_of(migrated(tmp_path / "team", host="0.0.0.0")) as runtime:
            with runtime.db.read() as session, pytest.raises(LoginRequired):
                service.check_start(session, runtime.settings)
            row, _ = make(runtime, days=1)
            with runtime.db.read() as session:
                service.check_start(session, runtime.settings)
            with runtime.db.write() as session:
                past = datetime.now(UTC) - timedelta(days=1)
                session.execute(update(Token).where(Token.id == row.id).values(expires_at=past))
            with runtime.db.read() as session, pytest.raises(LoginRequired):
                service.check_start(session, runtime.settings)

    def test_before_the_first_start_there_are_none(self, tmp_path: Path) -> None:
        settings = migrated(tmp_path / "team", host="0.0.0.0")
        with pytest.raises(LoginRequired):
            service.check_start(None, settings)
        service.check_start(None, settings, "127.0.0.1")
