"""Azure's deployments: which of OpenAI's two protocols of conversation a request to one goes by."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.conformance.questions import CHAT_TOOL, QUESTIONS

from sluice.base.formats import Format
from sluice.formats.patch import parse_top
from sluice.vendors.bridge import speaker
from sluice.vendors.dialect import Call, ChannelSpec
from sluice.vendors.registry import bind, resolved_url, vendors

CHAT, MESSAGES, RESPONSES, GEMINI = (
    Format.OPENAI_CHAT,
    Format.ANTHROPIC,
    Format.OPENAI_RESPONSES,
    Format.GEMINI,
)
CLIENTS = (CHAT, MESSAGES, RESPONSES, GEMINI)
HOST = "https://my-res.openai.azure.com"
V1 = f"{HOST}/openai/v1/responses"


def asked(
    fmt: Format,
    model: str,
    deployment: str = "",
    *,
    base: str = HOST,
    more: dict[str, Any] | None = None,
    **options: str,
) -> tuple[str, dict[str, Any]]:
    """The address a request goes to, and its body."""
    mapping = {model: deployment} if deployment else {}
    spec = ChannelSpec(provider="azure", base_url=base, key="k" * 32, options=options, model_mapping=mapping)
    speaking = speaker(bind(spec), fmt)
    assert speaking is not None
    body = json.dumps({**QUESTIONS["text"][fmt], "model": model, **(more or {})}).encode()
    call = Call(format=fmt, model=model, upstream_model=deployment or model, body=body, top=parse_top(body))
    request = speaking.request(call, "k" * 32)
    assert isinstance(request.body, bytes)
    return request.origin + request.target.decode(), json.loads(request.body)


@pytest.mark.parametrize("fmt", CLIENTS)
@pytest.mark.parametrize(
    ("model", "deployment"), [("gpt-5-codex", ""), ("gpt-5-codex", "team"), ("code", "gpt-5-codex")]
)
def test_a_model_that_answers_responses_alone_is_asked_so(fmt: Format, model: str, deployment: str) -> None:
    url, body = asked(fmt, model, deployment)
    assert url == V1
    assert body["model"] == (deployment or model)
    assert "input" in body


@pytest.mark.parametrize(
    ("base", "options", "expected"),
    [
        (HOST, {"api_version": "2025-04-01-preview"}, f"{HOST}/openai/responses?api-version=2025-04-01-preview"),
        (HOST, {"api_version": "2025-03-01-preview"}, f"{HOST}/openai/responses?api-version=2025-03-01-preview"),
        (HOST, {"api_version": "2024-10-21"}, V1),
        (HOST, {"api_version": "v1"}, V1),
        (f"{HOST}/openai/v1/", {}, V1),
        (
            f"{HOST}/openai/responses?api-version=2025-04-01-preview",
            {},
            f"{HOST}/openai/responses?api-version=2025-04-01-preview",
        ),
        (f"{HOST}/openai/deployments/x/chat/completions?api-version=2024-10-21", {}, V1),
    ],
)
def test_where_responses_lie(base: str, options: dict[str, str], expected: str) -> None:
    assert asked(CHAT, "gpt-5-codex", "team", base=base, **options)[0] == expected
    spec = ChannelSpec(provider="azure", base_url=base, key="k", options=options, model_mapping={"gpt-5-codex": "team"})
    assert resolved_url(spec, CHAT, "team") == expected


@pytest.mark.parametrize("fmt", CLIENTS)
@pytest.mark.parametrize(("model", "deployment"), [("gpt-5.6", ""), ("gpt-4o", "team")])
def test_others_are_asked_by_chat_completions(fmt: Format, model: str, deployment: str) -> None:
    url, body = asked(fmt, model, deployment)
    assert url.endswith(f"/deployments/{deployment or model}/chat/completions?api-version=2024-10-21")
    assert "messages" in body


@pytest.mark.parametrize(
    ("fmt", "model", "more", "by_responses"),
    [
        (RESPONSES, "gpt-4o", {}, True),
        (MESSAGES, "gpt-5.6", {}, True),
        (MESSAGES, "gpt-4o", {}, False),
        (CHAT, "gpt-5.6", {"tools": [CHAT_TOOL]}, True),
        (CHAT, "gpt-5.6", {}, False),
    ],
)
def test_where_the_resource_is_said_to_have_them_more_goes_by_responses(
    fmt: Format, model: str, more: dict[str, Any], by_responses: bool
) -> None:
    url, _ = asked(fmt, model, "team", more=more, responses="always")
    assert (url == V1) is by_responses


@pytest.mark.parametrize("fmt", CLIENTS)
def test_never_is_never(fmt: Format) -> None:
    assert "/chat/completions" in asked(fmt, "gpt-5-codex", responses="never")[0]


@pytest.mark.parametrize("names", [("gpt-5-codex", "code"), ("code", "gpt-5-codex")])
def test_of_several_names_of_a_deployment_one_that_tells_its_model_counts(names: tuple[str, ...]) -> None:
    spec = ChannelSpec(provider="azure", base_url=HOST, key="k", model_mapping=dict.fromkeys(names, "team"))
    assert resolved_url(spec, CHAT, "team") == V1


def test_openais_models_are_told_alike_at_both() -> None:
    own, azure = vendors()["openai"].quirks, vendors()["azure"].quirks
    assert azure.responses_only == own.responses_only
    assert azure.responses_for_tools == own.responses_for_tools
