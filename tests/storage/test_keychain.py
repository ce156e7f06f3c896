"""Several keys of one channel at rest: sealed each for itself, numbered for good; and the marks of refused ones."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa
from alembic import command
from hypothesis import given, settings
from hypothesis import strategies as st
from ledger_tools import settlement

from sluice.base.keys import split_keys
from sluice.storage.apply import Applier
from sluice.storage.engine import Database, open_database
from sluice.storage.key_marks import marks_of
from sluice.storage.keychain import ClearKey, Keychain, hints, read_keys, write_keys
from sluice.storage.manage import channels
from sluice.storage.manage.channels import NewChannel
from sluice.storage.manage.common import By
from sluice.storage.migrate import _config, migrate
from sluice.storage.sealing import Sealer, SealError

SEALER = Sealer(b"k" * 32)
BY = By(now_ms=1_790_000_000_000)
LONG = ["sk-first-key-0123456789abcdef", "sk-second-key-0123456789abcdef", "id|secret, with a comma"]


def test_keys_lie_sealed_each_for_itself_and_come_back() -> None:
    chain = Keychain().replaced(LONG)
    column = write_keys(chain, SEALER)
    assert not any(key in json.dumps(column) for key in LONG)
    assert read_keys(json.loads(json.dumps(column)), SEALER) == chain
    assert [(key.id, key.hint) for key in hints(column)][:2] == [(1, "sk-firs...cdef"), (2, "sk-seco...cdef")]
    with pytest.raises(SealError):
        read_keys(column, Sealer(b"x" * 32))


def test_a_key_that_stays_keeps_its_number_and_state_and_no_number_is_given_twice() -> None:
    chain = Keychain().replaced(["a", "b", "c"])
    chain = chain.arranged([chain.keys[0], ClearKey(id=2, text="b", enabled=False)])
    chain = chain.replaced(["d", "b", "d"])
    assert [(key.id, key.text, key.enabled) for key in chain.keys] == [(4, "d", True), (2, "b", False)]
    assert chain.first() == "d"
    assert Keychain().first() == ""


@settings(max_examples=50)
@given(
    st.lists(
        st.text(st.characters(exclude_categories=["Cc", "Cs", "Z"], exclude_characters="{}"), min_size=1, max_size=20),
        max_size=8,
    )
)
def test_keys_are_parted_by_lines_and_nothing_else(keys: list[str]) -> None:
    assert split_keys("\n".join(keys)) == tuple(dict.fromkeys(keys))
    assert split_keys("\r\n\n".join(f"  {key} " for key in keys)) == tuple(dict.fromkeys(keys))


def test_a_key_that_is_json_may_go_over_lines() -> None:
    account = '{\n  "type": "service_account",\n  "nested": {"a": 1}\n}'
    assert split_keys(f"one\n{account}\n\nPROJECT|REGION|{account}\n") == ("one", account, f"PROJECT|REGION|{account}")
    assert split_keys("odd{key\nother") == ("odd{key", "other")


async def test_a_refusal_marks_its_key_until_the_key_serves_again(database: Database, tmp_path: Path) -> None:
    applier = Applier(database, tmp_path)

    async def tried(outcome: str, key_id: int, created_ms: int) -> None:
        request = settlement({})
        one = msgspec.structs.replace(request.attempts[0], outcome=outcome, status=401, message="no", key_id=key_id)
        await applier.apply("w", [msgspec.structs.replace(request, attempts=(one,), created_ms=created_ms)])

    async def marked() -> dict[int, str]:
        async with database.read() as conn:
            return {key: mark.outcome for (_, key), mark in (await marks_of(conn, [1])).items()}

    await tried("auth", 0, 1000)
    assert await marked() == {}  # a channel with one key
    await tried("auth", 2, 1000)
    await tried("rate", 3, 1000)
    await tried("server", 1, 1000)
    assert await marked() == {2: "auth", 3: "rate"}
    await tried("ok", 2, 900)  # an older call, applied late
    await tried("rate", 2, 900)
    assert await marked() == {2: "auth", 3: "rate"}
    await tried("ok", 2, 1100)
    assert await marked() == {3: "rate"}


async def test_marks_go_with_their_keys(database: Database, tmp_path: Path) -> None:
    chain = Keychain().replaced(LONG)
    async with database.write() as conn:
        new = NewChannel(name="c", provider="fake", sealed_keys=write_keys(chain, SEALER))
        number = await channels.create(conn, BY, new)
    request = settlement({})
    tries = tuple(
        msgspec.structs.replace(request.attempts[0], channel_id=number, outcome="auth", key_id=key.id)
        for key in chain.keys
    )
    await Applier(database, tmp_path).apply("w", [msgspec.structs.replace(request, attempts=tries)])

    async def marked() -> list[int]:
        async with database.read() as conn:
            return sorted(key for _, key in await marks_of(conn, [number]))

    assert await marked() == [1, 2, 3]
    async with database.write() as conn:
        rest = chain.replaced(LONG[1:])
        await channels.update(conn, BY, number, {"sealed_keys": write_keys(rest, SEALER)})
    assert await marked() == [2, 3]
    async with database.write() as conn:
        await channels.delete(conn, BY, number)
    assert await marked() == []


async def test_the_one_key_of_before_becomes_the_first_of_several(database_url: str | None, tmp_path: Path) -> None:
    db = await open_database(database_url, tmp_path / "data")
    row = {"provider": "fake", "base_url": "", "options": "{}", "models": "[]", "model_mapping": "{}", "priority": 0}
    row |= {"weight": 1, "groups": "[]", "status": "enabled", "created_ms": 1, "updated_ms": 1, "rev": 1}
    old = sa.table("channels", *(sa.column(name) for name in ("id", "name", "key_sealed", "key_hint", *row)))

    def as_before(conn: sa.Connection) -> None:
        config = _config()
        config.attributes["connection"] = conn
        command.upgrade(config, "0004")
        conn.execute(sa.insert(old).values(id=1, name="one", key_sealed=SEALER.seal(LONG[0]), key_hint="sk-...", **row))
        conn.execute(sa.insert(old).values(id=2, name="none", key_sealed=SEALER.seal(""), key_hint="", **row))

    async with db.write() as conn:
        await conn.run_sync(as_before)
    await migrate(db)
    async with db.read() as conn:
        assert await channels.clear_keys(conn, 1, SEALER) == Keychain((ClearKey(id=1, text=LONG[0]),), 2)
        assert await channels.clear_keys(conn, 2, SEALER) == Keychain()
    await db.close()
