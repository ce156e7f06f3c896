"""How the console's files are served, over a real socket: what may be kept, and what the page may load."""

from __future__ import annotations

import asyncio
import gzip
import re
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
import uvicorn

from sluice.web.console import console_app

HTML = {"accept": "text/html,application/xhtml+xml"}
ZIPPED = gzip.compress(b"plain", mtime=0)


@asynccontextmanager
async def serving(folder: Path, opened: Callable[[], None] = lambda: None) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a server that serves the console of a folder."""
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    sock.listen()  # whoever connects before the server is up waits
    server = uvicorn.Server(uvicorn.Config(console_app(folder, opened=opened), lifespan="off", log_level="error"))
    task = asyncio.ensure_future(server.serve(sockets=[sock]))
    origin = f"http://127.0.0.1:{sock.getsockname()[1]}"
    try:
        async with httpx.AsyncClient(base_url=origin) as client:
            yield client
    finally:
        server.should_exit = True
        await task


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small build."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text('<meta nonce="__NONCE__"><script nonce="__NONCE__"></script>')
    (tmp_path / "assets" / "main-1a2b.js").write_text("plain")
    (tmp_path / "assets" / "main-1a2b.js.gz").write_bytes(ZIPPED)
    (tmp_path / "assets" / "main-1a2b.js.br").write_bytes(b"brotlied")
    (tmp_path / "favicon.svg").write_text("<svg/>")
    (tmp_path / "manifest.json").write_text("{}")
    return tmp_path


async def test_every_page_has_a_nonce_of_its_own_and_may_load_nothing_from_elsewhere(folder: Path) -> None:
    async with serving(folder) as client:
        answers = [await client.get("/", headers=HTML) for _ in range(2)]
    nonces = set()
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        found = re.search(r"'nonce-([\w-]{20,})'", policy)
        assert found is not None
        assert answer.text.count(found[1]) == 2
        assert policy.startswith("default-src 'self'; ")
        assert "unsafe" not in policy
        assert "http" not in policy
        assert answer.headers["cache-control"] == "no-cache"
        nonces.add(found[1])
    assert len(nonces) == 2


@pytest.mark.parametrize(
    ("accepted", "coding", "body"),
    [("gzip, deflate, br", "br", b"brotlied"), ("gzip", "gzip", ZIPPED), ("identity", None, b"plain")],
)
async def test_hashed_files_are_kept_for_ever_and_come_in_the_best_coding(
    folder: Path, accepted: str, coding: str | None, body: bytes
) -> None:
    async with serving(folder) as client:
        request = client.build_request("GET", "/assets/main-1a2b.js", headers={"accept-encoding": accepted})
        answer = await client.send(request, stream=True)
        raw = b"".join([piece async for piece in answer.aiter_raw()])
        await answer.aclose()
    assert raw == body
    assert answer.headers.get("content-encoding") == coding
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["vary"] == "accept-encoding"
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_screens_address_is_the_page_only_for_somebody_who_opens_it(folder: Path) -> None:
    async with serving(folder) as client:
        assert (await client.get("/channels", headers=HTML)).status_code == 200
        assert (await client.get("/channels", headers={"accept": "application/json"})).status_code == 404
        assert (await client.get("/assets/gone-1234.js", headers=HTML)).status_code == 404
        assert (await client.get("/manifest.json", headers=HTML)).status_code == 404
        assert (await client.get("/../pyproject.toml", headers=HTML)).status_code == 404
        assert (await client.post("/channels", headers=HTML)).status_code == 405
        head = await client.head("/favicon.svg")
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", "6")


async def test_without_a_build_the_page_says_what_to_do_until_there_is_one(folder: Path, tmp_path: Path) -> None:
    page = (folder / "index.html").read_text()
    (folder / "index.html").unlink()
    async with serving(folder) as client:
        answer = await client.get("/")
        assert answer.status_code == 200
        assert "pip install --force-reinstall --no-deps ." in answer.text
        assert "__NONCE__" not in answer.text
        (folder / "index.html").write_text(page)
        assert "<script" in (await client.get("/", headers=HTML)).text
        assert (await client.get("/assets/main-1a2b.js")).status_code == 200


async def test_a_checkout_is_told_to_build_in_its_place(tmp_path: Path) -> None:
    (tmp_path / "hatch_build.py").touch()
    async with serving(tmp_path / "src" / "sluice" / "console") as client:
        answer = await client.get("/", headers=HTML)
    assert (answer.status_code, "<pre>python hatch_build.py</pre>" in answer.text) == (200, True)


async def test_a_file_that_went_away_under_the_server_is_not_found(folder: Path) -> None:
    async with serving(folder) as client:
        (folder / "favicon.svg").unlink()
        assert (await client.get("/favicon.svg")).status_code == 404


async def test_who_opens_a_screen_is_told_of_and_who_fetches_a_file_is_not(folder: Path) -> None:
    seen: list[str] = []
    async with serving(folder, lambda: seen.append("opened")) as client:
        for path in ("/assets/main-1a2b.js", "/nothing.js", "/favicon.svg"):
            await client.get(path, headers=HTML)
        assert seen == []
        await client.get("/channels", headers=HTML)
    assert seen == ["opened"]
