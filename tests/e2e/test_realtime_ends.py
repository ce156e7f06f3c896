"""How sessions end: money used up, either side gone, limits, the server's end. Whatever was said is charged once."""

from __future__ import annotations

import asyncio
import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import websockets
from websockets.exceptions import ConnectionClosed

from .books import read_books
from .gateways import Gateway, NewGateway
from .processes import Process
from .talking import RATES, ask, bare, charge, cost, hear, parted, rows, say, sdk

TEXT = {"type": "realtime", "output_modalities": ["text"]}


def served(gateway: Gateway, model: str, does: str, **fields: Any) -> str:
    """A channel for a model that does something at the fake, priced at ``RATES``."""
    gateway.channel([model], model_mapping={model: f"rt{does}"}, **fields)
    gateway.price(model, **RATES)
    return model


async def closed(socket: websockets.ClientConnection) -> tuple[list[dict[str, Any]], int, str]:
    """What still comes, and the code and reason of the close."""
    events = []
    try:
        while True:
            events.append(json.loads(await socket.recv()))
    except ConnectionClosed as error:
        end = error.rcvd
    assert end is not None
    return events, end.code, end.reason


async def test_money_that_is_used_up_ends_the_talk_after_the_answer_it_paid_for(gateway: Gateway) -> None:
    model = served(gateway, "ends-poor", "-usage-1000-2000")
    # 4,096 tokens of audio at $64 a million are set aside for the longest answer: $0.262144.
    owner = gateway.user(balance_usd="0.27")
    key = gateway.token(user_id=owner["id"])["name"]
    async with sdk(gateway, key).realtime.connect(model=model) as talk:
        await talk.recv()
        await talk.session.update(session=TEXT)  # type: ignore[arg-type]
        await talk.recv()
        _, usage = await ask(talk, "hi")
        event = await talk.recv()
        assert event.type == "error"
        assert event.error.code == "insufficient_quota"
        with pytest.raises(ConnectionClosed) as end:
            await talk.recv()
    assert end.value.rcvd is not None
    assert (end.value.rcvd.code, end.value.rcvd.reason) == (1008, "insufficient_quota")
    session, [answer] = parted(rows(gateway, model, 2))
    assert charge(answer) == cost(usage) == Fraction(1000 * 4 + 2000 * 16, 1_000_000)
    assert (session["status"], session["error_code"]) == (101, "insufficient_quota")
    left = gateway.manage("GET", f"/users/{owner['id']}")["balance_usd"]
    assert Fraction(left) == Fraction("0.27") - charge(answer)


async def test_a_bound_of_the_session_is_what_is_set_aside(gateway: Gateway) -> None:
    """With shorter answers a little money lasts longer."""
    model = served(gateway, "ends-bound", "-usage-1000-100")
    owner = gateway.user(balance_usd="0.27")
    key = gateway.token(user_id=owner["id"])["name"]
    async with sdk(gateway, key).realtime.connect(model=model) as talk:
        await talk.recv()
        await talk.session.update(session={**TEXT, "max_output_tokens": 200})  # type: ignore[arg-type]
        await talk.recv()
        for _ in range(5):
            await ask(talk, "hi")
    assert len(parted(rows(gateway, model, 6))[1]) == 5


async def test_an_answer_that_asks_for_more_than_its_session_must_be_paid_for(gateway: Gateway) -> None:
    model = served(gateway, "ends-more", "-slow-long")
    key = gateway.token(user_id=gateway.user(balance_usd="0.27")["id"])["name"]
    async with await bare(gateway, model, key) as socket:
        await say(socket, "session.update", session={**TEXT, "max_output_tokens": 20})
        await hear(socket, "session.updated")
        await say(socket, "response.create", response={"max_output_tokens": 50_000})
        events, code, reason = await closed(socket)
    assert events[-1]["error"]["code"] == "insufficient_quota"
    assert (code, reason) == (1008, "insufficient_quota")


async def test_a_client_that_vanishes_pays_what_was_said_to_it_once(gateway: Gateway) -> None:
    model = served(gateway, "ends-vanish", "-chunks-200-slow")
    mark = gateway.provider.mark()
    socket = await bare(gateway, model)
    await say(socket, "session.update", session=TEXT)
    await say(socket, "response.create")
    for _ in range(5):
        await hear(socket, "response.output_text.delta")
    socket.transport.abort()
    await socket.wait_closed()
    session, [answer] = parted(rows(gateway, model, 2))
    assert (session["status"], session["error_code"]) == (499, "client_gone")
    assert (answer["status"], answer["rule"]) == (499, "client_gone_estimated")
    assert 0 < charge(answer) < Fraction("0.01")
    assert answer["usage"]["source"] == "estimated"
    [opened] = gateway.provider.seen(mark)
    assert opened["closed"] == 1001


async def test_a_client_that_closes_passes_its_code_on(gateway: Gateway) -> None:
    model = served(gateway, "ends-close", "")
    mark = gateway.provider.mark()
    socket = await bare(gateway, model)
    await socket.close(4001, "enough")
    session, answers = parted(rows(gateway, model, 1))
    assert (session["status"], session["error_code"], answers) == (101, "", [])
    assert gateway.provider.seen(mark)[0]["closed"] == 4001


async def test_an_upstream_that_breaks_off_is_told_and_charged_once(gateway: Gateway) -> None:
    model = served(gateway, "ends-broken", "-abort")
    socket = await bare(gateway, model)
    await say(socket, "session.update", session=TEXT)
    content = [{"type": "input_text", "text": "one two three four five"}]
    await say(socket, "conversation.item.create", item={"type": "message", "role": "user", "content": content})
    await say(socket, "response.create")
    events, code, _ = await closed(socket)
    assert code == 1011
    assert events[-1]["type"] == "error"
    assert events[-1]["error"]["code"] == "upstream_bad_response"
    assert sum(event["type"] == "response.output_text.delta" for event in events) == 3
    session, [answer] = parted(rows(gateway, model, 2))
    assert (answer["rule"], session["error_code"]) == ("upstream_broke_estimated", "upstream_bad_response")
    assert charge(answer) > 0


async def test_an_upstream_that_is_killed(gateway: Gateway, tmp_path: Path) -> None:
    upstream = Process(["fake-provider", "--port", "0"], tmp_path / "upstream.log", {})
    model = served(gateway, "ends-killed", "-chunks-50-stall", base_url=f"{upstream.address()}/openai")
    socket = await bare(gateway, model)
    await say(socket, "session.update", session=TEXT)
    await say(socket, "response.create")
    await hear(socket, "response.output_text.delta")
    upstream.kill()
    events, code, _ = await closed(socket)
    assert (code, events[-1]["error"]["code"]) == (1011, "upstream_bad_response")
    _, [answer] = parted(rows(gateway, model, 2))
    assert answer["rule"] == "upstream_broke_estimated"


async def test_an_answer_that_failed_before_a_word_costs_nothing(gateway: Gateway) -> None:
    model = served(gateway, "ends-failed", "-errstream-filter")
    async with await bare(gateway, model) as socket:
        await say(socket, "session.update", session=TEXT)
        await say(socket, "response.create")
        done = await hear(socket, "response.done")
        assert done["response"]["status"] == "failed"
    _, [answer] = parted(rows(gateway, model, 2))
    assert (answer["status"], answer["error_code"], answer["rule"]) == (502, "fake_failure", "failed")
    assert charge(answer) == 0


async def test_an_answer_without_usage_is_estimated(gateway: Gateway) -> None:
    model = served(gateway, "ends-unknown", "-nousage")
    async with await bare(gateway, model) as socket:
        await say(socket, "session.update", session=TEXT)
        await say(socket, "response.create")
        await hear(socket, "response.done")
    _, [answer] = parted(rows(gateway, model, 2))
    assert (answer["rule"], answer["usage"]["source"]) == ("complete_estimated", "estimated")
    assert charge(answer) > 0


async def test_a_token_that_is_disabled_meanwhile_says_nothing_more(gateway: Gateway) -> None:
    model = served(gateway, "ends-disabled", "")
    token = gateway.token()
    async with await bare(gateway, model, token["name"]) as socket:
        gateway.manage("PATCH", f"/tokens/{token['id']}", json={"status": "disabled"})
        await asyncio.to_thread(_refused, gateway, token["name"])
        await say(socket, "response.create")
        events, code, reason = await closed(socket)
    assert events[-2]["type"] == "response.done"
    assert events[-1]["error"]["code"] == reason == "token_disabled"
    assert code == 1008


def _refused(gateway: Gateway, name: str) -> None:
    """Waits until a token is refused."""
    while gateway.http.get("/v1/models", headers=gateway.auth(name)).status_code == 200:
        pass


@pytest.mark.parametrize(
    ("setting", "code"),
    [("SLUICE_REALTIME_IDLE_TIMEOUT", "session_idle"), ("SLUICE_REALTIME_MAX_SECONDS", "session_expired")],
)
async def test_limits_end_a_session(new_gateway: NewGateway, setting: str, code: str) -> None:
    gateway = new_gateway(environment={setting: "0.5"})
    model = served(gateway, "ends-limits", "")
    socket = await bare(gateway, model)
    [event], close, reason = await closed(socket)
    assert (event["type"], event["error"]["code"]) == ("error", code)
    assert (close, reason) == (1001, code)


async def test_a_client_that_reads_nothing_is_let_go_and_pays_once(new_gateway: NewGateway) -> None:
    gateway = new_gateway(environment={"SLUICE_CLIENT_WRITE_TIMEOUT": "1"})
    model = served(gateway, "ends-stuck", "-chunks-100000")
    socket = await bare(gateway, model, max_queue=1)
    await say(socket, "session.update", session={"type": "realtime"})
    await say(socket, "response.create")
    session, [answer] = parted(await asyncio.to_thread(rows, gateway, model, 2))
    assert (session["status"], answer["rule"]) == (499, "client_gone_estimated")
    socket.transport.abort()


async def test_a_server_that_ends_lets_the_answer_end(new_gateway: NewGateway) -> None:
    gateway = new_gateway()
    model = served(gateway, "ends-server", "-chunks-40-slow")
    socket = await bare(gateway, model)
    idle = await bare(gateway, model)
    await say(socket, "session.update", session=TEXT)
    await say(socket, "response.create")
    await hear(socket, "response.output_text.delta")
    gateway.process.popen.terminate()
    assert (await closed(idle))[1] == 1012
    events, code, _ = await closed(socket)
    assert code == 1012
    assert events[-1]["type"] == "response.done"
    usage = events[-1]["response"]["usage"]
    await asyncio.to_thread(gateway.process.popen.wait, 30)
    books = await read_books(None, gateway.data_dir)
    assert [found for found in books.charges.values() if found] == [usage["input_tokens"] * 4_000 + 40 * 16_000]
    assert books.balance == books.entries
    assert books.leased == books.leases == 0
