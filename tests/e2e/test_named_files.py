"""Files named in requests by their upstream's ids: nobody names another's, and a request goes where its file lies."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import openai
import pytest

from .gateways import Gateway
from .test_held import lines, sdk, served

ROUNDS = 8
"""Requests that would, each chosen freely, hardly all go to one of two channels."""


def uploaded(client: openai.OpenAI, model: str) -> str:
    """A file of the client's."""
    headers = {"x-sluice-model": model}
    return client.files.create(file=("a.pdf", b"%PDF-1"), purpose="user_data", extra_headers=headers).id


def chat(client: openai.OpenAI, model: str, file: str) -> Any:
    part: Any = {"type": "file", "file": {"file_id": file}}
    return client.chat.completions.create(model=model, messages=[{"role": "user", "content": [part]}])


def response(client: openai.OpenAI, model: str, file: str) -> Any:
    return client.responses.create(
        model=model, input=[{"role": "user", "content": [{"type": "input_file", "file_id": file}]}]
    )


def message(client: openai.OpenAI, model: str, file: str) -> Any:
    content = [{"type": "document", "source": {"type": "file", "file_id": file}}]
    body = {"model": model, "max_tokens": 9, "messages": [{"role": "user", "content": content}]}
    return client.post("/messages", cast_to=object, body=body)


def batch_line(client: openai.OpenAI, model: str, file: str) -> Any:
    data = lines(model, ["a"], metadata={"file_id": file})
    return client.files.create(file=("in.jsonl", data), purpose="batch")


NAMING: list[Callable[[openai.OpenAI, str, str], Any]] = [chat, response, message, batch_line]


@pytest.mark.parametrize("name", NAMING)
def test_nobody_names_anothers_file(gateway: Gateway, name: Callable[[openai.OpenAI, str, str], Any]) -> None:
    model = f"named-{name.__name__}"
    served(gateway, model)
    other = gateway.token(user_id=gateway.user(balance_usd="9.00")["id"])["name"]
    with sdk(gateway) as mine, sdk(gateway, other) as theirs:
        file = uploaded(mine, model)
        mark = gateway.provider.mark()
        with pytest.raises(openai.NotFoundError) as refused:
            name(theirs, model, file)
        assert file in str(refused.value)
        assert gateway.provider.seen(mark) == []


def test_letters_written_otherwise_open_no_door(gateway: Gateway) -> None:
    model = "named-disguise"
    served(gateway, model)
    other = gateway.token(user_id=gateway.user(balance_usd="9.00")["id"])["name"]
    with sdk(gateway) as mine:
        file = uploaded(mine, model)
    part = {"type": "file", "file": {"file_id": file}}
    body = json.dumps({"model": model, "messages": [{"role": "user", "content": [part]}]})
    disguised = body.replace('"file_id"', r'"f\u0069le_id"')
    answer = gateway.http.post("/v1/chat/completions", content=disguised, headers=gateway.auth(other))
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")


@pytest.mark.parametrize("name", [chat, response, batch_line])
def test_a_request_goes_where_its_file_lies(gateway: Gateway, name: Callable[[openai.OpenAI, str, str], Any]) -> None:
    model = f"named-place-{name.__name__}"
    for number in range(2):
        served(gateway, model, key=f"up-place-{number}\nup-place-{number}-second")
    mark = gateway.provider.mark()
    with sdk(gateway) as client:
        file = uploaded(client, model)
        for _ in range(ROUNDS):
            name(client, model, file)
    seen = gateway.provider.seen(mark)
    assert len(seen) == ROUNDS + 1
    assert len({one["key_sha256"] for one in seen}) == 1


def test_a_file_nobody_made_here_is_the_operators(gateway: Gateway) -> None:
    model = "named-operators"
    served(gateway, model)
    with sdk(gateway) as client:
        assert chat(client, model, "file-made-elsewhere").choices


def test_where_no_channel_of_the_model_has_the_file_another_of_the_account_may(gateway: Gateway) -> None:
    served(gateway, "named-account-a")
    served(gateway, "named-account-b")
    with sdk(gateway) as client:
        assert chat(client, "named-account-b", uploaded(client, "named-account-a")).choices
