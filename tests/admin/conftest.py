"""The gateway the tests of this folder talk to, on each database, and a client for each kind of caller."""

from __future__ import annotations

import asyncio
import itertools
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import httpx
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from admin_tools import PASSWORD, PLANTED, ROOT_PASSWORD, Gateway, People, ok, running

_numbers = itertools.count()


async def _create_database(address: str, name: str) -> None:
    conn = await asyncpg.connect(address)
    try:
        await conn.execute(f"CREATE DATABASE {name}")
    finally:
        await conn.close()


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def gateway(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """One gateway for the session, on each database."""
    address = None
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres")
        name = f"admin_{next(_numbers)}"
        asyncio.run(_create_database(server.get_uri(), name))
        address = str(server.get_uri(name))
    with running(tmp_path_factory.mktemp("gateway"), address) as made:
        yield made


@pytest.fixture(scope="session")
def people(gateway: Gateway) -> People:
    """The people of the session's gateway."""
    root = gateway.signed_in("root", ROOT_PASSWORD)
    ids = {"root": ok(root.get("/session"))["user"]["id"]}
    for name, role in (("uma", "user"), ("otto", "user"), ("ada", "admin")):
        body = {"name": name, "password": PASSWORD, "role": role, "balance_usd": "5"}
        ids[name] = ok(root.post("/users", json=body), 201)["id"]
    token = ok(root.post("/tokens", json={"name": "management", "scope": "management"}), 201)
    return People(
        anonymous=gateway.client(),
        user=gateway.signed_in("uma", PASSWORD),
        other=gateway.signed_in("otto", PASSWORD),
        admin=gateway.signed_in("ada", PASSWORD),
        root=root,
        key=gateway.client(authorization=f"Bearer {token['key']}"),
        ids=ids,
    )


@pytest.fixture
def root(people: People) -> httpx.Client:
    """Root, signed in."""
    return people.root


@pytest.fixture
def new_channel(root: httpx.Client) -> Callable[..., dict[str, object]]:
    """Makes channels of the built-in fake provider, each with a name of its own and the planted key."""

    def make(**changes: object) -> dict[str, object]:
        body = {
            "name": f"channel {next(_numbers)}",
            "provider": "fake",
            "key": PLANTED,
            "models": ["fake-chat"],
            **changes,
        }
        made: dict[str, object] = ok(root.post("/channels", json=body), 201)
        return made

    return make


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Gateway]:
    """A gateway of the test's own."""
    with running(tmp_path / "data") as made:
        yield made


@pytest.fixture
def name() -> str:
    """A name nothing else has."""
    return f"name {next(_numbers)}"
