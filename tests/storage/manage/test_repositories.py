"""The repositories of the management API, on both databases."""

from __future__ import annotations

import asyncio

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from sluice.base.rates import rates_from_usd
from sluice.storage.engine import Database, bump
from sluice.storage.manage import accounts, audit, channels, groups, prices, sessions, settings, tokens, users
from sluice.storage.manage.channels import NewChannel
from sluice.storage.manage.common import By, Conflict, NotFound, Unfit
from sluice.storage.manage.paging import PageRequest
from sluice.storage.manage.prices import NewPrice
from sluice.storage.manage.tokens import NewToken
from sluice.storage.manage.users import NewUser
from sluice.storage.tables import entries, metadata, revision

DAY_MS = 86_400_000
KEY = {"id": 1, "sealed": "c2VhbGVk", "hint": "sk-...", "enabled": True}


async def _revision(db: Database) -> int:
    async with db.read() as conn:
        return int((await conn.execute(sa.select(revision.c.value))).scalar_one())


async def _user(db: Database, by: By, name: str = "uma", **changes: object) -> int:
    async with db.write() as conn:
        return await users.create(conn, by, NewUser(name=name, **changes))


async def test_the_migrations_make_the_schema_that_the_tables_describe(database: Database) -> None:
    def differences(conn: sa.Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(conn), metadata))

    async with database.read() as conn:
        assert await conn.run_sync(differences) == []


async def test_a_change_raises_the_revision_and_no_change_does_not(database: Database, by: By) -> None:
    async with database.write() as conn:
        group = await groups.create(conn, by, name="g", multiplier_ppm=1)
    before = await _revision(database)
    async with database.write() as conn:
        await groups.update(conn, by, group, {"multiplier_ppm": 1})
    assert await _revision(database) == before
    async with database.write() as conn:
        await groups.update(conn, by, group, {"multiplier_ppm": 2})
    assert await _revision(database) > before


async def test_what_fails_leaves_nothing(database: Database, by: By) -> None:
    before = await _revision(database)
    with pytest.raises(Unfit) as caught:
        await _user(database, by, group_name="nowhere")
    assert caught.value.field == "group"
    async with database.read() as conn:
        assert await users.find(conn, "uma") is None
        assert (await audit.list_audit(conn, PageRequest())).items == ()
        assert (await conn.execute(sa.select(sa.func.count()).select_from(entries))).scalar_one() == 0
    assert await _revision(database) == before


async def test_names_are_free_again_once_their_holder_is_gone(database: Database, by: By) -> None:
    first = await _user(database, by, role="root")
    with pytest.raises(Conflict):
        await _user(database, by)
    await _user(database, by, "other", role="root")
    async with database.write() as conn:
        await users.delete(conn, by, first)
    second = await _user(database, by)
    assert second != first
    async with database.read() as conn:
        with pytest.raises(NotFound):
            await users.get(conn, first)


async def test_of_many_who_want_a_name_one_gets_it(database: Database, by: By) -> None:
    async def attempt() -> bool:
        try:
            await _user(database, by)
        except Conflict:
            return False
        return True

    assert sorted(await asyncio.gather(*(attempt() for _ in range(8)))) == [False] * 7 + [True]


async def test_of_two_roots_who_leave_at_once_one_stays(database: Database, by: By) -> None:
    ids = [await _user(database, by, name, role="root") for name in ("a", "b")]

    async def leave(user_id: int) -> bool:
        try:
            async with database.write() as conn:
                await users.delete(conn, by, user_id)
        except Conflict:
            return False
        return True

    assert sorted(await asyncio.gather(*map(leave, ids))) == [False, True]


async def test_a_balance_is_the_sum_of_its_entries(database: Database, by: By) -> None:
    user_id = await _user(database, by, balance_nano=5)
    async with database.write() as conn:
        await users.adjust_balance(conn, by, user_id, -7, "taken")
        account = await users.set_balance(conn, by, user_id, 2**53 + 1, "set")
    assert account.balance_nano == account.deposited_nano == 2**53 + 1
    async with database.read() as conn:
        page = await accounts.list_entries(conn, account.id, PageRequest(sort="id"))
    assert [(entry.kind, entry.amount_nano, entry.remark) for entry in page.items] == [
        ("opening", 5, ""),
        ("adjust", -7, "taken"),
        ("adjust", 2**53 + 3, "set"),
    ]
    with pytest.raises(Unfit):
        async with database.write() as conn:
            await users.adjust_balance(conn, by, user_id, 2**63 - 1)


async def test_many_adjustments_at_once_all_count(database: Database, by: By) -> None:
    user_id = await _user(database, by)

    async def add() -> None:
        async with database.write() as conn:
            await users.adjust_balance(conn, by, user_id, 3)

    await asyncio.gather(*(add() for _ in range(20)))
    async with database.read() as conn:
        assert (await users.get(conn, user_id)).balance_nano == 60


async def test_who_took_the_revision_first_is_not_held_up_by_who_waits_for_it(database: Database, by: By) -> None:
    """A change made from what was seen takes the revision before anything else (web/admin/editing.py)."""
    user_id = await _user(database, by)
    async with database.read() as conn:
        account = (await users.get(conn, user_id)).account_id

    async def set_to(balance: int) -> None:
        async with database.write() as conn:
            await accounts.set_balance(conn, by, account, balance)

    async with database.write() as conn:
        await bump(conn)
        other = asyncio.ensure_future(set_to(1))
        if database.dialect == "postgresql":
            waiting = sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")
            while not await conn.scalar(waiting):
                pass  # the other is on its way
        await accounts.set_balance(conn, by, account, 2)
    await other
    async with database.read() as conn:
        assert (await accounts.get(conn, account)).balance_nano == 1


async def test_a_tokens_limit_leaves_spent_what_was_spent(database: Database, by: By) -> None:
    user_id = await _user(database, by)
    async with database.write() as conn:
        new = NewToken(user_id=user_id, name="t", key_hash=b"1" * 32, key_hint="sk-1", limit_nano=100)
        token_id = await tokens.create(conn, by, new)
        account_id = (await tokens.get(conn, token_id)).account_id
        assert account_id is not None
        taken = accounts.accounts.update().where(accounts.accounts.c.id == account_id)
        await conn.execute(taken.values(balance_nano=60))  # 40 were spent
        for _ in range(2):
            await tokens.update(conn, by, token_id, {"limit_nano": 150})
            token = await tokens.get(conn, token_id)
            assert (token.limit_nano, token.balance_nano) == (150, 110)
        await tokens.update(conn, by, token_id, {"limit_nano": None})
        token = await tokens.get(conn, token_id)
        assert (token.limit_nano, token.account_id) == (None, None)


async def test_a_withdrawn_key_can_be_given_only_to_its_user_again(database: Database, by: By) -> None:
    mine, other = await _user(database, by), await _user(database, by, "otto")
    new = NewToken(user_id=mine, name="t", key_hash=b"k" * 32, key_hint="sk-k")
    async with database.write() as conn:
        await tokens.delete(conn, by, await tokens.create(conn, by, new))
    with pytest.raises(Conflict):
        async with database.write() as conn:
            await tokens.create(conn, by, NewToken(user_id=other, name="t", key_hash=b"k" * 32, key_hint="sk-k"))
    async with database.write() as conn:
        again = await tokens.create(conn, by, new)
        found = await tokens.find_bearer(conn, b"k" * 32, by.now_ms)
    assert found is not None
    assert found.token_id == again


async def test_the_audit_log_keeps_no_secrets(database: Database, by: By) -> None:
    async with database.write() as conn:
        new = NewChannel(name="c", provider="fake", sealed_keys={"keys": [KEY]}, proxy_url="http://a:pw@h")
        channel_id = await channels.create(conn, by, new)
        change = {"sealed_keys": {"keys": [KEY | {"sealed": "other"}]}, "proxy_url": "http://a:pw2@h", "remark": "seen"}
        await channels.update(conn, by, channel_id, change)
        lines = (await audit.list_audit(conn, PageRequest(sort="id"))).items
    assert [line.action for line in lines] == ["channel.create", "channel.update"]
    assert lines[1].detail == {"remark": ["", "seen"], "sealed_keys": "changed", "proxy_url": "changed"}
    assert "pw" not in str(lines[0].detail)


async def test_a_price_is_replaced_and_never_changed(database: Database, by: By) -> None:
    def price(amount: str, origin: str) -> NewPrice:
        return NewPrice(
            model="m", rates=rates_from_usd({"input": amount}), source="s", as_of="2026-01-01", origin=origin
        )

    async with database.write() as conn:
        assert await prices.set_prices(conn, by, [price("1", "admin")]) == ("m",)
        assert await prices.set_prices(conn, by, [price("1", "admin")]) == ()
        first = await prices.find(conn, "m")
        assert await prices.set_prices(conn, by, [price("2", "catalog")], keep_origins=("admin",)) == ()
        assert await prices.would_change(conn, [price("2", "import")]) == ("m",)
        assert await prices.set_prices(conn, by, [price("2", "import")]) == ("m",)
        assert first is not None
        old = await prices.get(conn, first.id)
    assert old.rates == first.rates
    assert old.deleted_ms == by.now_ms


async def test_a_one_time_link_works_once_and_in_time(database: Database, by: By) -> None:
    user_id = await _user(database, by)
    async with database.write() as conn:
        await sessions.put_link(conn, by, user_id, b"a" * 32, by.now_ms + 10)
        await sessions.put_link(conn, by, user_id, b"b" * 32, by.now_ms + 10)
        assert await sessions.take_link(conn, b"a" * 32, by.now_ms) is None
        assert await sessions.take_link(conn, b"b" * 32, by.now_ms + 10) is None
        assert await sessions.take_link(conn, b"b" * 32, by.now_ms + 9) == user_id
        assert await sessions.take_link(conn, b"b" * 32, by.now_ms + 9) is None


async def test_a_setting_that_no_longer_fits_counts_as_its_default(database: Database, by: By) -> None:
    async with database.write() as conn:
        table = settings.settings
        row = {"key": "session_days", "value": "soon", "updated_ms": 1, "rev": 1}
        await conn.execute(table.insert().values(row))
        assert (await settings.load(conn))["session_days"] == 14
        await settings.save(conn, by, {"session_days": 3})
        assert (await settings.load(conn))["session_days"] == 3
        with pytest.raises(Unfit) as caught:
            await settings.save(conn, by, {"session_days": True})
    assert caught.value.field == "session_days"


@pytest.mark.parametrize("text", ["50%", "a_b", "MODELL", "模型", "O'Neil", "back\\slash"])
async def test_a_search_is_for_the_text_itself(database: Database, by: By, text: str) -> None:
    for name in (text, "axb", "500", "none of these"):
        await _user(database, by, name)
    async with database.read() as conn:
        found = (await users.list_users(conn, PageRequest(), search=text.lower())).items
    assert [user.name for user in found] == [text]
