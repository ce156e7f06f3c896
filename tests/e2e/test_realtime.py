"""``/v1/realtime``: the official SDK through the gateway, metered to the nano-dollar; and who is let in."""

from __future__ import annotations

import base64
import json
from fractions import Fraction
from typing import Any

import openai
import pytest
import websockets
from websockets.exceptions import InvalidStatus

from .gateways import Gateway
from .talking import RATES, SOUND, address, ask, bare, charge, cost, hear, parted, rows, say, sdk


def served(gateway: Gateway, model: str, **fields: Any) -> str:
    """A channel for a model, priced at ``RATES``."""
    gateway.channel([model], **fields)
    gateway.price(model, **RATES)
    return model


async def test_a_talk_in_text_is_charged_answer_by_answer(gateway: Gateway) -> None:
    model = served(gateway, "talk-text", key="up-realtime", model_mapping={"talk-text": "gpt-realtime"})
    mark = gateway.provider.mark()
    async with sdk(gateway).realtime.connect(model=model) as talk:
        created = await talk.recv()
        assert created.type == "session.created"
        assert created.session.model == model  # type: ignore[union-attr]
        await talk.session.update(session={"type": "realtime", "model": model, "output_modalities": ["text"]})
        assert (await talk.recv()).type == "session.updated"
        first, one = await ask(talk, "good morning to you")
        second, two = await ask(talk, "and good night")
    assert (first, second) == ("You said: good morning to you", "You said: and good night")
    assert two.input_token_details.cached_tokens == one.input_tokens == 4
    session, answers = parted(rows(gateway, model, 3))
    assert [charge(row) for row in answers] == [cost(one), cost(two)]
    assert [(row["input_tokens"], row["output_tokens"]) for row in answers] == [(4, 6), (two.input_tokens, 5)]
    assert {(row["format"], row["status"], row["rule"]) for row in answers} == {("realtime", 200, "complete")}
    assert all(session["id"] in row["tries"][0]["message"] for row in answers)
    assert (session["status"], charge(session), session["error_code"]) == (101, 0, "")
    assert session["duration_ms"] >= max(row["duration_ms"] for row in answers)
    [opened] = [one for one in gateway.provider.seen(mark) if one["path"] == "/openai/v1/realtime"]
    assert opened["query"] == {"model": "gpt-realtime"}
    assert opened["headers"]["authorization"] == "Bearer up-realtime"
    assert json.loads(opened["messages"][0])["session"]["model"] == "gpt-realtime"


async def test_a_talk_in_audio_is_charged_by_kind_and_its_transcript_by_its_own_model(gateway: Gateway) -> None:
    model = served(gateway, "talk-audio")
    gateway.price("talk-ears", input="6", output="10")
    usages = []
    async with sdk(gateway).realtime.connect(model=model) as talk:
        await talk.session.update(
            session={"type": "realtime", "audio": {"input": {"transcription": {"model": "talk-ears"}}}}
        )
        for _ in range(2):
            await talk.input_audio_buffer.append(audio=base64.b64encode(SOUND).decode())
            await talk.input_audio_buffer.commit()
            await talk.response.create()
            async for event in talk:
                assert event.type != "error", event
                if event.type == "response.done":
                    usages.append(event.response.usage)
                    break
    one, two = usages
    assert (one.input_token_details.audio_tokens, one.output_token_details.audio_tokens) == (10, 4)
    assert two.input_token_details.cached_tokens_details.audio_tokens == 10
    _, answers = parted(rows(gateway, model, 3))
    assert [charge(row) for row in answers] == [cost(one), cost(two)]
    heard = rows(gateway, "talk-ears", 2)
    assert {charge(row) for row in heard} == {Fraction(10 * 6 + 1 * 10, 1_000_000)}


async def test_the_sdk_talks_over_tools_and_cancels(gateway: Gateway) -> None:
    model = served(gateway, "talk-tool", model_mapping={"talk-tool": "rt-tool"})
    tool = {"type": "function", "name": "get_weather", "parameters": {"type": "object", "properties": {}}}
    async with sdk(gateway).realtime.connect(model=model) as talk:
        await talk.session.update(
            session={"type": "realtime", "tools": [tool], "output_modalities": ["text"]}  # type: ignore[list-item]
        )
        await talk.conversation.item.create(
            item={"type": "message", "role": "user", "content": [{"type": "input_text", "text": "weather?"}]}
        )
        await talk.response.create()
        async for event in talk:
            if event.type == "response.function_call_arguments.done":
                output = {"type": "function_call_output", "call_id": event.call_id, "output": "sunny"}
                await talk.conversation.item.create(item=output)  # type: ignore[arg-type]
            if event.type == "response.done":
                break
        await talk.response.create()
        said = [event.delta async for event in _until_done(talk) if event.type == "response.output_text.delta"]
    assert "".join(said) == "The tool says: sunny"


async def _until_done(talk: Any) -> Any:
    async for event in talk:
        yield event
        if event.type == "response.done":
            return


async def test_the_upstreams_refusals_and_the_gateways_are_events_and_the_talk_goes_on(gateway: Gateway) -> None:
    model = served(gateway, "talk-wrong")
    mark = gateway.provider.mark()
    async with await bare(gateway, model) as socket:
        await say(socket, "response.cancel", event_id="mine")
        assert (await hear(socket, "error"))["error"]["code"] == "response_cancel_not_active"
        await say(socket, "session.update", event_id="ev1", session={"type": "realtime", "model": "dearer"})
        refused = (await hear(socket, "error"))["error"]
        assert (refused["code"], refused["param"], refused["event_id"]) == ("invalid_value", "session.model", "ev1")
        # JSON may spell a name in many ways: none gets by.
        await socket.send('{"type":"session\\u002eupdate","session":{"type":"realtime","model":"dearer"}}')
        assert (await hear(socket, "error"))["error"]["param"] == "session.model"
        # Nor a frame of another kind, nor what only a laxer reader takes for JSON.
        update = '{"type":"session.update","session":{"type":"realtime","model":"dearer"%s}}'
        for frame in (update % "", update % ',"temperature":NaN', update % ',"instructions":"\\ud800"'):
            for sent in (frame, frame.encode()):
                await socket.send(sent)
                assert (await hear(socket, "error"))["error"]["code"] in ("invalid_value", "invalid_json")
        for odd in ("[1]", "{}", '{"type":5}', "no"):
            await socket.send(odd)
            assert (await hear(socket, "error"))["error"]["code"] == "invalid_json"
        await socket.send(update.replace("{", '{"response_id":1,', 1) % "")
        assert (await hear(socket, "error"))["error"]["param"] == "session.model"
        heard = [one["messages"] for one in gateway.provider.seen(mark) if one.get("messages")]
        assert "dearer" not in str(heard)
        await say(socket, "response.create")
        assert (await hear(socket, "response.done"))["response"]["status"] == "completed"


async def test_a_token_limited_to_models_is_not_transcribed_by_another(gateway: Gateway) -> None:
    model = served(gateway, "talk-scoped")
    scoped = gateway.token(models=[model])["name"]
    async with await bare(gateway, model, scoped) as socket:
        listening = {"type": "realtime", "audio": {"input": {"transcription": {"model": "talk-ears"}}}}
        await say(socket, "session.update", session=listening)
        assert (await hear(socket, "error"))["error"]["code"] == "model_not_allowed"


@pytest.mark.parametrize(
    ("options", "path", "query"),
    [
        ({}, "/azure/openai/realtime", {"api-version": "2024-10-21", "deployment": "talk-azure"}),
        ({"api_version": "v1"}, "/azure/openai/v1/realtime", {"model": "talk-azure"}),
    ],
    ids=["classic", "v1"],
)
async def test_azures_addresses(gateway: Gateway, options: dict[str, str], path: str, query: dict[str, str]) -> None:
    model = f"talk-{path.count('/')}"
    served(
        gateway, model, provider="azure", base_url=gateway.provider.base("azure"), options=options,
        model_mapping={model: "talk-azure"}, key="azure-key",
    )  # fmt: skip
    mark = gateway.provider.mark()
    async with await bare(gateway, model) as socket:
        await say(socket, "response.create")
        await hear(socket, "response.done")
    [opened] = gateway.provider.seen(mark)
    assert (opened["path"], opened["query"]) == (path, query)
    assert opened["headers"]["api-key"] == "azure-key"


@pytest.mark.parametrize("key", ["bad-key", "late-key", "down-key"])
async def test_another_channel_takes_over_before_the_client_is_let_in(gateway: Gateway, key: str) -> None:
    model = served(gateway, f"talk-over-{key[:3]}", key=key, priority=9)
    gateway.channel([model], key="up-good")
    async with await bare(gateway, model) as socket:
        await say(socket, "response.create")
        await hear(socket, "response.done")
    session, _ = parted(rows(gateway, model, 2))
    assert [attempt["outcome"] for attempt in session["tries"]] == ["server" if key == "down-key" else "auth", "ok"]
    assert key not in json.dumps(session)


async def test_browsers_say_the_key_in_a_subprotocol(gateway: Gateway) -> None:
    model = served(gateway, "talk-browser")
    offered = ["realtime", f"openai-insecure-api-key.{gateway.key()}", "openai-beta.realtime-v1"]
    opening = websockets.connect(address(gateway, model), subprotocols=offered, proxy=None)  # type: ignore[arg-type]
    async with opening as socket:
        assert socket.subprotocol == "realtime"
        assert json.loads(await socket.recv())["type"] == "session.created"
        assert socket.response is not None
        assert socket.response.headers["x-request-id"].startswith("req_")


@pytest.mark.parametrize(
    ("case", "status", "code"),
    [
        ("no key", 401, "invalid_api_key"),
        ("bad key", 401, "invalid_api_key"),
        ("other model", 404, "model_not_found"),
        ("no model", 400, "missing_field"),
        ("out of scope", 403, "model_not_allowed"),
        ("no money", 429, "insufficient_quota"),
        ("no channel speaks it", 404, "model_not_found"),
        ("upstream refuses the key", 502, "upstream_auth"),
        ("upstream refuses at once", 502, "upstream_auth"),
    ],
)
async def test_who_is_not_let_in_is_told_in_http(gateway: Gateway, case: str, status: int, code: str) -> None:
    model = served(gateway, f"talk-{case}".replace(" ", "-"), **_channel(case))
    headers = gateway.auth()
    if case == "out of scope":
        headers = gateway.auth(gateway.token(models=["another"])["name"])
    elif case == "no money":
        owner = gateway.user(balance_usd="0.05")
        headers = gateway.auth(gateway.token(user_id=owner["id"])["name"])
    elif "key" in case and "upstream" not in case:
        headers = {} if case == "no key" else {"authorization": "Bearer sk-wrong"}
    asked = {"other model": f"{model}x", "no model": ""}.get(case, model)
    mark = gateway.provider.mark()
    with pytest.raises(InvalidStatus) as told:
        await websockets.connect(address(gateway, asked), additional_headers=headers, proxy=None)
    answer = told.value.response
    assert answer.status_code == status
    error = json.loads(answer.body or b"")["error"]
    assert error["code"] == code
    assert answer.headers["x-request-id"].startswith("req_")
    assert "secret" not in json.dumps(error)
    assert bool(gateway.provider.seen(mark)) is ("upstream" in case)


def _channel(case: str) -> dict[str, Any]:
    if case == "no channel speaks it":
        return {"provider": "moonshot", "base_url": "https://moonshot.example.com"}
    return {
        "key": {"upstream refuses the key": "bad-secret", "upstream refuses at once": "late-secret"}.get(case, "up")
    }


async def test_the_sdk_sees_a_refusal_as_a_refusal(gateway: Gateway) -> None:
    wrong = openai.AsyncOpenAI(base_url=f"{gateway.url}/v1", api_key="sk-wrong")
    with pytest.raises(InvalidStatus, match="401"):
        async with wrong.realtime.connect(model="gpt-realtime"):
            pass


def test_a_channel_is_tried_by_opening_a_session(gateway: Gateway) -> None:
    for key, ok in (("up", True), ("late-key", False)):
        channel = gateway.channel(["gpt-realtime"], key=key)
        tried = gateway.manage("POST", f"/channels/{channel['id']}/test", json={"model": "gpt-realtime"})
        assert (tried["ok"], tried["format"]) == (ok, "realtime"), tried
        gateway.manage("DELETE", f"/channels/{channel['id']}")


def test_without_an_upgrade_it_says_what_it_is(gateway: Gateway) -> None:
    answer = gateway.http.get("/v1/realtime?model=x", headers=gateway.auth())
    assert (answer.status_code, answer.json()["error"]["code"]) == (426, "upgrade_required")
    assert answer.headers["upgrade"] == "websocket"
