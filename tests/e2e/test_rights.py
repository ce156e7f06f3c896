"""Whose eyes the data folder is for, with a gateway at work in it."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from .gateways import Gateway, NewGateway


@pytest.fixture
def loose() -> Iterator[None]:
    """A umask that takes no rights away."""
    before = os.umask(0)
    yield
    os.umask(before)


def wide(gateway: Gateway) -> list[str]:
    """Everything in the data folder that others may read, the folder included."""
    paths = [gateway.data_dir, *gateway.data_dir.rglob("*")]
    return [f"{path.name} {mode:o}" for path in paths if (mode := path.stat().st_mode & 0o777) & 0o077]


@pytest.mark.usefixtures("loose")
def test_nobody_else_reads_the_data_folder(new_gateway: NewGateway) -> None:
    gateway = new_gateway(workers=2)
    answer = gateway.http.post(
        "/v1/chat/completions",
        json={"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "hi"}]},
        headers=gateway.auth(),
    )
    gateway.settled(answer.headers["x-request-id"])
    assert {"sluice.db", "sluice.db-wal", "sluice.db-shm", "secret.key"} <= set(os.listdir(gateway.data_dir))
    assert wide(gateway) == []
    gateway.stop()
    for path in (gateway.data_dir, *gateway.data_dir.rglob("*")):
        path.chmod(0o777 if path.is_dir() else 0o666)
    gateway.start()
    assert wide(gateway) == []
    assert "secret.key was open to other accounts" in gateway.log.read_text()
