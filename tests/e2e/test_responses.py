"""The Responses protocol by the official SDK, over channels that speak it, Chat, and Messages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import openai
import pytest

from .gateways import Gateway, until

SUFFIXES = (
    "", "-tool", "-ptool", "-think", "-think-tool", "-json", "-length", "-filter", "-echo", "-429", "-slow-errstream",
    "-abort", "-split", "-nousage", "-usage-1000-500", "-slow",
)  # fmt: skip
TOOL: dict[str, Any] = {
    "type": "function",
    "name": "get_weather",
    "description": "The weather of a city",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    "strict": False,
}
PATCH: dict[str, Any] = {"type": "custom", "name": "apply_patch", "description": "Changes files"}
PNG = "data:image/png;base64,iVBORw0KGgo="


@dataclass(frozen=True)
class Upstream:
    """A channel: its provider, the wire it has there, and how its models are called."""

    provider: str
    wire: str
    model: str


UPSTREAMS = {
    "responses": Upstream("openai", "openai", "gpt-r"),
    "chat": Upstream("openai-compatible", "openai", "gpt-c"),
    "messages": Upstream("anthropic", "anthropic", "claude-r"),
}


@pytest.fixture(scope="module", params=UPSTREAMS.values(), ids=UPSTREAMS.keys())
def upstream(request: pytest.FixtureRequest, gateway: Gateway) -> Upstream:
    """Each kind of channel, at $1 and $2 a million tokens."""
    found: Upstream = request.param
    models = [found.model + suffix for suffix in SUFFIXES]
    gateway.channel(models, provider=found.provider, wire=found.wire, key="sk-0123456789abcdef")
    for model in models:
        gateway.price(model, input="1", output="2")
    return found


@pytest.fixture
def client(gateway: Gateway) -> Iterator[openai.OpenAI]:
    """The SDK, which asks once."""
    with openai.OpenAI(base_url=f"{gateway.url}/v1", api_key=gateway.key(), max_retries=0) as found:
        yield found


def streamed(client: openai.OpenAI, **members: Any) -> tuple[list[Any], Any]:
    """The events of a stream, and the whole response of the last."""
    with client.responses.create(stream=True, **members) as stream:
        events = list(stream)
    assert [event.sequence_number for event in events] == list(range(len(events)))
    assert [event.type for event in events[:2]] == ["response.created", "response.in_progress"]
    return events, events[-1].response


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_text(client: openai.OpenAI, upstream: Upstream, gateway: Gateway, stream: bool) -> None:
    members: dict[str, Any] = {
        "model": f"{upstream.model}-usage-1000-500",
        "input": "hello",
        "instructions": "Be brief",
    }
    if stream:
        events, response = streamed(client, **members)
        said = "".join(event.delta for event in events if event.type == "response.output_text.delta")
        assert said == response.output_text
        assert events[-1].type == "response.completed"
    else:
        response = client.responses.create(**members)
    assert response.output_text == "You said: hello"
    assert response.status == "completed"
    assert response.model == members["model"]
    assert response.instructions == "Be brief"
    assert (response.usage.input_tokens, response.usage.output_tokens, response.usage.total_tokens) == (1000, 500, 1500)
    row = until(lambda: _row(gateway, members["model"], stream), "its row")
    assert (row["status"], row["charge_usd"], row["format"]) == (200, "0.002", "openai_responses")


def _row(gateway: Gateway, model: str, stream: bool) -> dict[str, Any] | None:
    rows = gateway.manage("GET", "/requests", params={"model": model})["items"]
    return next((row for row in rows if row["stream"] is stream), None)


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_a_loop_of_tools_by_the_answers_id(client: openai.OpenAI, upstream: Upstream, stream: bool) -> None:
    members: dict[str, Any] = {"model": f"{upstream.model}-ptool", "tools": [TOOL]}
    ask: dict[str, Any] = {**members, "input": "weather?"}
    response = streamed(client, **ask)[1] if stream else client.responses.create(**ask)
    calls = [item for item in response.output if item.type == "function_call"]
    assert [(call.name, call.status) for call in calls] == [("get_weather", "completed")] * 2
    assert '"city":"Paris"' in calls[0].arguments.replace(" ", "")
    results = [{"type": "function_call_output", "call_id": call.call_id, "output": "sunny"} for call in calls]
    ask = {**members, "input": results, "previous_response_id": response.id}
    again = streamed(client, **ask)[1] if stream else client.responses.create(**ask)
    assert again.output_text == "The tool says: sunny"
    assert again.previous_response_id == response.id
    listed = client.responses.input_items.list(again.id, order="asc").data
    assert [item.type for item in listed] == [
        "message", "function_call", "function_call", "function_call_output", "function_call_output",
    ]  # fmt: skip


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("kind", ["chat", "messages"])
def test_a_loop_of_tools_by_the_items_ids(client: openai.OpenAI, gateway: Gateway, kind: str, stream: bool) -> None:
    model = f"{kind}-by-reference-think-tool"
    served = UPSTREAMS[kind]
    gateway.channel([model], provider=served.provider, wire=served.wire, key="sk-0123456789abcdef")
    members: dict[str, Any] = {"model": model, "tools": [TOOL]}
    question: dict[str, Any] = {"role": "user", "content": "weather?"}
    ask: dict[str, Any] = {**members, "input": [question]}
    response = streamed(client, **ask)[1] if stream else client.responses.create(**ask)
    (call,) = (item for item in response.output if item.type == "function_call")
    named = [{"type": "item_reference", "id": item.id} for item in response.output]
    result = {"type": "function_call_output", "call_id": call.call_id, "output": "sunny"}
    mark = gateway.provider.mark()
    again = client.responses.create(**members, input=[question, *named, result])
    assert again.output_text == "The tool says: sunny"
    (sent,) = gateway.provider.seen(mark)
    assert call.call_id in sent["body"], "the upstream was told of the call itself"
    (asked,) = client.responses.input_items.list(again.id, order="asc").data[:1]
    assert asked.type == "message"
    with pytest.raises(openai.BadRequestError) as refused:
        client.responses.create(**members, input=[{"type": "item_reference", "id": f"fc_{'0' * 32}000"}])
    assert refused.value.param == "input[0].id"


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_thoughts_go_back_to_who_had_them(client: openai.OpenAI, upstream: Upstream, stream: bool) -> None:
    members: dict[str, Any] = {
        "model": f"{upstream.model}-think-tool",
        "tools": [TOOL],
        "reasoning": {"effort": "low", "summary": "auto"},
        "include": ["reasoning.encrypted_content"],
        "store": False,
        "max_output_tokens": 9000,
    }
    question = {"role": "user", "content": "weather?"}
    ask: dict[str, Any] = {**members, "input": [question]}
    response = streamed(client, **ask)[1] if stream else client.responses.create(**ask)
    thought, call = response.output
    assert thought.type == "reasoning"
    assert thought.summary[0].text.strip() == "Let me think about it step by step."
    assert (thought.encrypted_content is not None) is (upstream.model != "gpt-c")
    history = [question, *(item.model_dump(exclude_none=True) for item in response.output)]
    result = {"type": "function_call_output", "call_id": call.call_id, "output": "sunny"}
    again = client.responses.create(**members, input=[*history, result])
    assert again.output_text == "The tool says: sunny"
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(again.id)


def test_a_picture_and_a_form(client: openai.OpenAI, upstream: Upstream) -> None:
    content = [
        {"type": "input_text", "text": "what is it"},
        {"type": "input_image", "image_url": PNG, "detail": "auto"},
    ]
    response = client.responses.create(model=upstream.model, input=[{"role": "user", "content": content}])
    assert response.output_text.strip() == "You said: what is it"
    schema = {"type": "object", "properties": {"city": {"type": "string"}}}
    form = {"format": {"type": "json_schema", "name": "place", "schema": schema, "strict": False}}
    response = client.responses.create(model=f"{upstream.model}-json", input="where", text=form)
    assert response.output_text == '{"city":"Paris","temperature":21}'
    assert response.text.format.name == "place"


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize(("suffix", "reason"), [("-length", "max_output_tokens"), ("-filter", "content_filter")])
def test_an_answer_that_is_cut(
    client: openai.OpenAI, upstream: Upstream, stream: bool, suffix: str, reason: str
) -> None:
    members: dict[str, Any] = {"model": upstream.model + suffix, "input": "hello"}
    if stream:
        events, response = streamed(client, **members)
        assert events[-1].type == "response.incomplete"
    else:
        response = client.responses.create(**members)
    assert response.status == "incomplete"
    assert response.incomplete_details.reason == reason


def test_errors_before_and_in_a_stream(client: openai.OpenAI, upstream: Upstream) -> None:
    with pytest.raises(openai.RateLimitError) as refused:
        client.responses.create(model=f"{upstream.model}-429", input="hello", stream=True)
    assert refused.value.code == "upstream_rate_limited"
    seen: list[Any] = []
    with (
        pytest.raises((openai.APIError, httpx.HTTPError)),
        client.responses.create(model=f"{upstream.model}-slow-errstream", input="hello", stream=True) as stream,
    ):
        seen.extend(stream)
    assert seen[-1].type == "response.failed"
    assert seen[-1].response.status == "failed"
    assert seen[-1].response.error.code == "upstream_bad_response"
    assert [event.sequence_number for event in seen] == list(range(len(seen)))


def test_a_stream_in_single_bytes(client: openai.OpenAI, upstream: Upstream) -> None:
    _, response = streamed(client, model=f"{upstream.model}-split", input="hello")
    assert response.output_text == "You said: hello"


def test_an_answer_is_kept_until_it_is_deleted(client: openai.OpenAI, upstream: Upstream) -> None:
    first = client.responses.create(model=upstream.model, input="one", metadata={"a": "b"})
    kept = client.responses.retrieve(first.id)
    assert (kept.id, kept.output_text, kept.metadata) == (first.id, first.output_text, {"a": "b"})
    with pytest.raises(openai.BadRequestError, match="background"):
        client.responses.cancel(first.id)
    client.responses.delete(first.id)
    for call in (client.responses.retrieve, client.responses.cancel, client.responses.delete):
        with pytest.raises(openai.NotFoundError):
            call(first.id)
    with pytest.raises(openai.BadRequestError) as refused:
        client.responses.create(model=upstream.model, input="two", previous_response_id=first.id)
    assert refused.value.code == "previous_response_not_found"


def test_one_users_answers_are_not_anothers(client: openai.OpenAI, upstream: Upstream, gateway: Gateway) -> None:
    mine = client.responses.create(model=upstream.model, input="secret")
    other = gateway.user()
    token = gateway.token(user_id=other["id"])
    with openai.OpenAI(base_url=f"{gateway.url}/v1", api_key=token["key"], max_retries=0) as stranger:
        with pytest.raises(openai.NotFoundError):
            stranger.responses.retrieve(mine.id)
        with pytest.raises(openai.NotFoundError):
            stranger.responses.delete(mine.id)
    assert client.responses.retrieve(mine.id).id == mine.id


def test_a_conversation_moves_from_one_upstream_to_another(client: openai.OpenAI, gateway: Gateway) -> None:
    for name, place in UPSTREAMS.items():
        gateway.channel([f"mv-{name}-think"], provider=place.provider, wire=place.wire, key="sk-0123456789abcdef")
    previous = None
    for name in (*UPSTREAMS, *UPSTREAMS):
        response = client.responses.create(
            model=f"mv-{name}-think", input=f"now {name}", previous_response_id=previous, include=[]
        )
        assert response.output_text == f"You said: now {name}"
        previous = response.id
    assert len(client.responses.input_items.list(str(previous), limit=100).data) > len(UPSTREAMS) * 2


def test_a_custom_tool_is_called_with_free_text(client: openai.OpenAI, gateway: Gateway) -> None:
    gateway.channel(["custom-tool"], provider="openai-compatible")
    response = client.responses.create(model="custom-tool", input="patch it", tools=[PATCH])
    call = response.output[0]
    assert (call.type, call.name) == ("custom_tool_call", "apply_patch")
    result = {"type": "custom_tool_call_output", "call_id": call.call_id, "output": "done"}
    again = client.responses.create(
        model="custom-tool", input=[result], tools=[PATCH], previous_response_id=response.id
    )
    assert again.output_text == "The tool says: done"


def test_what_no_upstream_can_do_is_refused_by_name(client: openai.OpenAI, gateway: Gateway) -> None:
    gateway.channel(["plain-r"], provider="openai-compatible")
    refused: list[tuple[dict[str, Any], str]] = [
        ({"background": True}, "background"),
        ({"conversation": "conv_1"}, "conversation"),
        ({"tools": [{"type": "web_search"}]}, "tools[0]"),
        ({"input": [{"type": "item_reference", "id": "msg_1"}]}, "input[0].content[0]"),
        ({"input": [{"role": "user", "content": [{"type": "input_file", "file_id": "f"}]}]}, "input[0].content[0]"),
        ({"input": 5}, "input"),
    ]
    for members, param in refused:
        with pytest.raises(openai.BadRequestError) as error:
            client.responses.create(**{"model": "plain-r", "input": "hello", **members})
        assert error.value.param == param
    told = client.responses.with_raw_response.create(
        model="plain-r", input="hello", text={"verbosity": "low"}, truncation="auto", metadata={"a": "b"}
    )
    assert told.headers["x-sluice-dropped"] == "truncation, text.verbosity"


def test_the_tokens_of_an_input(client: openai.OpenAI, upstream: Upstream) -> None:
    counted = client.responses.input_tokens.count(model=upstream.model, input="hello there " * 100)
    assert counted.object == "response.input_tokens"
    assert 200 < counted.input_tokens < 500
