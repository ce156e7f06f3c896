"""What is said of a channel's address that does not work: the address, and why, in words to act on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ..e2e.upstreams import closed_port, upstream, whole  # noqa: TID252  # another room's, and tests are no package
from ..upstream.certificates import Authority  # noqa: TID252  # the same

Sluice = Callable[..., Any]
KEY = "sk-the-key-of-the-upstream"
PAGE = b"<!doctype html><title>Hello</title>"


def tried(sluice: Sluice, base_url: str, *command: str) -> str:
    """What a command that fails says of a channel at this address."""
    made = ("channel", "set", "c", "--provider", "openai-compatible", "--base-url", base_url, "--model", "m")
    outcome = sluice(*made, SLUICE_CHANNEL_KEY=KEY)
    assert outcome.code == 0, outcome
    outcome = sluice(*command, "c")
    assert outcome.code == 1, outcome
    said = str(outcome.out + outcome.err)
    assert KEY not in said
    return said


COMMANDS = [("doctor",), ("channel", "test"), ("channel", "models")]


@pytest.mark.parametrize("command", COMMANDS)
def test_nobody_listens(sluice: Sluice, command: tuple[str, ...]) -> None:
    address = f"http://127.0.0.1:{closed_port()}/v1"
    said = tried(sluice, address, *command)
    assert address in said
    assert "connection refused" in said


@pytest.mark.parametrize("command", COMMANDS)
def test_a_name_nobody_has(sluice: Sluice, command: tuple[str, ...]) -> None:
    said = tried(sluice, "http://nobody.invalid/v1", *command)
    assert "http://nobody.invalid/v1" in said
    assert "cannot be resolved" in said


@pytest.mark.parametrize("command", COMMANDS)
def test_the_wrong_scheme(sluice: Sluice, command: tuple[str, ...], tmp_path: Path) -> None:
    with upstream(whole(200, {})) as plain:
        assert "perhaps it wants http://" in tried(sluice, plain.url.replace("http:", "https:") + "/v1", *command)
    with upstream(whole(200, {}), tls=Authority(tmp_path).server("127.0.0.1")) as secure:
        assert "perhaps it wants https://" in tried(sluice, secure.url.replace("https:", "http:") + "/v1", *command)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_certificate_of_ones_own(sluice: Sluice, command: tuple[str, ...], tmp_path: Path) -> None:
    with upstream(whole(200, {}), tls=Authority(tmp_path).server("127.0.0.1")) as secure:
        assert "its certificate is not trusted (unable to get local issuer" in tried(sluice, secure.url, *command)


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_page_that_refuses(sluice: Sluice, status: int) -> None:
    with upstream(whole(status, PAGE, kind="text/html"), hold=True) as web:
        said = tried(sluice, f"{web.url}/v1", "channel", "test")
        assert f"{web.url}/v1/chat/completions" in said
        assert "sluice doctor" in said
        assert "sluice doctor" in tried(sluice, f"{web.url}/v1", "channel", "models")
        said = tried(sluice, f"{web.url}/v1", "doctor")
    assert "the key was refused" not in said
    assert ("no such path" if status == 404 else "a web page refuses this") in said


def test_an_address_that_leads_elsewhere(sluice: Sluice) -> None:
    answer = whole(302, b"", f"location: https://elsewhere.example/{KEY}/v1?secret=1")
    with upstream(answer, hold=True) as web:
        said = tried(sluice, f"{web.url}/v1", "doctor")
    assert "it leads to https://elsewhere.example/[redacted]/v1\n" in said
    assert "needs no redirection" in said


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/event-stream", b"event: response.created\ndata: {}\n\n"),
        ("text/event-stream", b"data: {}\n\n"),
        ("application/vnd.amazon.eventstream", b"\0\0\0\x90"),
        ("audio/mpeg", b"ID3"),
    ],
)
def test_an_answer_in_any_protocol_is_one(sluice: Sluice, kind: str, body: bytes) -> None:
    with upstream(whole(200, body, kind=kind), hold=True) as api:
        made = ("channel", "set", "c", "--provider", "openai-compatible", "--base-url", f"{api.url}/v1", "--model", "m")
        assert sluice(*made, SLUICE_CHANNEL_KEY=KEY).code == 0
        outcome = sluice("doctor", "c")
    assert outcome.code == 0, outcome
    assert "a web page" not in outcome.out
