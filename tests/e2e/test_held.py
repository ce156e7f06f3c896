"""Files, batches and fine-tuning jobs by the official SDK: found again by their owner, charged once."""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import openai
import pytest

from .books import read_books
from .gateways import Gateway, NewGateway, until
from .processes import Provider

LINES = [("one two three", 3), ("four five", 2)]
"""What is said in each line, and its tokens at the fake."""
Sdk = Callable[[str], openai.OpenAI]


def sdk(gateway: Gateway, key: str = "main") -> openai.OpenAI:
    """The SDK, set up with base URL and key alone."""
    return openai.OpenAI(base_url=f"{gateway.url}/v1", api_key=gateway.key(key), max_retries=0)


def served(gateway: Gateway, model: str, **fields: Any) -> dict[str, Any]:
    """A channel for a model, with prices for single requests, for batches and for training."""
    gateway.price(model, input="2", output="8", batch_input="1", batch_output="4", training="25")
    return gateway.channel([model], **fields)


def lines(model: str, texts: list[str], **body: Any) -> bytes:
    """A batch's input."""
    asked = [{"role": "user", "content": text} for text in texts]
    return "\n".join(
        json.dumps(
            {
                "custom_id": f"c{number}",
                "method": "POST",
                "url": "/v1/chat/completions",
                "body": {"model": model, "messages": [message], **body},
            }
        )
        for number, message in enumerate(asked)
    ).encode()


def batch(client: openai.OpenAI, model: str) -> Any:
    """A batch of ``LINES``."""
    file = client.files.create(file=("in.jsonl", lines(model, [text for text, _ in LINES])), purpose="batch")
    return client.batches.create(input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h")


def charges(gateway: Gateway, model: str, rule: str = "complete", count: int = 1) -> list[dict[str, Any]]:
    """The rows of a model that were charged by a rule, once there are so many."""

    def look() -> dict[str, Any] | None:
        found = gateway.manage("GET", "/requests", params={"model": model, "limit": 200})["items"]
        rows = [row for row in found if row["rule"] == rule]
        return {"rows": rows} if len(rows) >= count else None

    return list(until(look, f"{count} charges of {model}")["rows"])


def test_a_file_comes_and_goes(gateway: Gateway) -> None:
    served(gateway, "held-file", key="up-file")
    mark = gateway.provider.mark()
    with sdk(gateway) as client:
        data = bytes(range(256)) * 4096
        file = client.files.create(
            file=("any.bin", data), purpose="user_data", extra_headers={"x-sluice-model": "held-file"}
        )
        assert (file.bytes, file.filename, file.purpose) == (len(data), "any.bin", "user_data")
        assert client.files.retrieve(file.id).id == file.id
        assert client.files.content(file.id).read() == data
        assert file.id in [one.id for one in client.files.list(purpose="user_data")]
        assert client.files.delete(file.id).deleted
        with pytest.raises(openai.NotFoundError):
            client.files.retrieve(file.id)
    seen = gateway.provider.seen(mark)
    assert [(one["method"], one["path"].removeprefix("/openai/v1/files")) for one in seen] == [
        ("POST", ""), ("GET", f"/{file.id}"), ("GET", f"/{file.id}/content"), ("DELETE", f"/{file.id}"),
    ]  # fmt: skip
    assert {one["headers"]["authorization"] for one in seen} == {"Bearer up-file"}
    rows = charges(gateway, "held-file", "passed", 4)
    assert {(row["format"], row["status"], row["charge_usd"]) for row in rows} == {("files", 200, "0.00")}
    assert len(rows) == 4


def test_a_batch_stays_where_its_file_is_and_is_charged_once_by_its_answers(gateway: Gateway) -> None:
    model = "held-batch"
    for number in range(3):
        served(gateway, model, key=f"up-batch-{number}")
    mark = gateway.provider.mark()
    with sdk(gateway) as client:
        made = batch(client, model)
        assert made.status == "in_progress"
        done = client.batches.retrieve(made.id)
        assert done.status == "completed"
        assert client.batches.retrieve(made.id).status == "completed"
        assert done.output_file_id is not None
        output = [json.loads(line) for line in client.files.content(done.output_file_id).text.splitlines()]
        assert [one.id for one in client.batches.list() if one.id == made.id] == [made.id]
        assert client.files.retrieve(done.output_file_id).purpose == "batch_output"
    said = [line["response"]["body"]["choices"][0]["message"]["content"] for line in output]
    assert said == [f"You said: {text}" for text, _ in LINES]
    assert len({one["key_sha256"] for one in gateway.provider.seen(mark)}) == 1
    [row] = charges(gateway, model)
    given, told = sum(count for _, count in LINES), sum(count + 2 for _, count in LINES)
    assert (row["input_tokens"], row["output_tokens"], row["format"]) == (given, told, "batches")
    assert Fraction(row["charge_usd"]) == Fraction(given * 1 + told * 4, 1_000_000)
    detail = gateway.manage("GET", f"/requests/{row['id']}")
    assert made.id in detail["tries"][0]["message"]
    assert sum(Fraction(line["amount_usd"]) for line in detail["price"]["lines"]) == Fraction(row["charge_usd"])


def test_a_batch_nobody_asks_after_is_charged_all_the_same(new_gateway: NewGateway, provider: Provider) -> None:
    model = "held-left-poll-3"
    config = {
        "channels": [{"name": "c", "provider": "openai-compatible", "models": [model], "key": "k"}],
        "tokens": [{"name": "main", "key": "sk-main0000000000000000000000000000"}],
        "prices": [{"model": model, "input": "1", "output": "2"}],
    }
    config["channels"][0]["base_url"] = provider.base()
    gateway = new_gateway(config, environment={"SLUICE_FOLLOW_SECONDS": "0.2"}, workers=2)
    with sdk(gateway) as client:
        made = batch(client, model)
        [row] = charges(gateway, model)
        # What was seen meanwhile is what a list shows; asking again charges nothing more.
        assert [(one.id, one.status) for one in client.batches.list()] == [(made.id, "completed")]
        for _ in range(3):
            client.batches.retrieve(made.id)
    gateway.stop()
    assert row["charge_usd"] != "0.00"


async def test_a_charge_survives_a_kill_and_is_made_once(new_gateway: NewGateway) -> None:
    gateway = new_gateway(environment={"SLUICE_FOLLOW_SECONDS": "0.2"})
    served(gateway, "held-killed-poll-2")
    with sdk(gateway) as client:
        made = batch(client, "held-killed-poll-2")
        client.batches.retrieve(made.id)
    gateway.kill()
    gateway.start()
    [row] = charges(gateway, "held-killed-poll-2")
    with sdk(gateway) as client:
        client.batches.retrieve(made.id)
    assert charges(gateway, "held-killed-poll-2") == [row]
    gateway.process.stop()
    books = await read_books(None, gateway.data_dir)
    assert [charge for charge in books.charges.values() if charge] == [round(Fraction(row["charge_usd"]) * 10**9)]
    assert books.balance == books.entries


@pytest.mark.parametrize(
    ("suffix", "texts", "rule"),
    [("-500", ["a b"], "failed"), ("-nousage", ["a b"], "complete_estimated")],
    ids=["every line failed", "no usage told"],
)
def test_what_a_batch_without_a_count_costs(gateway: Gateway, suffix: str, texts: list[str], rule: str) -> None:
    model = f"held-uncounted{suffix}"
    served(gateway, model)
    with sdk(gateway) as client:
        file = client.files.create(file=("in.jsonl", lines(model, texts)), purpose="batch")
        made = client.batches.create(input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h")
        client.batches.retrieve(made.id)
    [row] = charges(gateway, model, rule)
    assert (Fraction(row["charge_usd"]) > 0) is (rule == "complete_estimated")


def test_a_cancelled_batch_costs_nothing(gateway: Gateway) -> None:
    served(gateway, "held-cancel-poll-9")
    with sdk(gateway) as client:
        made = batch(client, "held-cancel-poll-9")
        assert client.batches.cancel(made.id).status == "cancelled"
        with pytest.raises(openai.ConflictError):
            client.batches.cancel(made.id)
    # The second cancel, which the upstream refused, has a row too.
    rows = charges(gateway, "held-cancel-poll-9", "failed")
    assert [row["charge_usd"] for row in rows if row["status"] == 200] == ["0.00"]


def test_a_job_is_charged_by_its_trained_tokens(gateway: Gateway) -> None:
    model = "held-train-poll-2"
    served(gateway, model, model_mapping={model: "gpt-tune-poll-2"})
    with sdk(gateway) as client:
        file = client.files.create(
            file=("train.jsonl", b'{"messages": []}\n' * 10),
            purpose="fine-tune",
            extra_headers={"x-sluice-model": model},
        )
        job = client.fine_tuning.jobs.create(model=model, training_file=file.id, hyperparameters={"n_epochs": 2})
        assert (job.status, job.organization_id) == ("queued", "")
        assert client.fine_tuning.jobs.retrieve(job.id).status == "queued"
        done = client.fine_tuning.jobs.retrieve(job.id)
        assert (done.status, done.trained_tokens, done.organization_id) == ("succeeded", 40, "")
        assert client.fine_tuning.jobs.list_events(job.id, limit=1).data
        assert client.fine_tuning.jobs.checkpoints.list(job.id).data
        assert [one.id for one in client.fine_tuning.jobs.list() if one.id == job.id] == [job.id]
        assert client.files.content(done.result_files[0]).read() == b"step\n1\n"
    [row] = charges(gateway, model)
    assert Fraction(row["charge_usd"]) == Fraction(40 * 25, 1_000_000)
    assert row["upstream_model"] == "gpt-tune-poll-2"


def test_nobody_sees_what_is_anothers(gateway: Gateway) -> None:
    model = "held-mine"
    served(gateway, model)
    other = gateway.token(user_id=gateway.user(balance_usd="9.00")["id"])["name"]
    with sdk(gateway) as mine, sdk(gateway, other) as theirs:
        made = batch(mine, model)
        assert made.id not in [one.id for one in theirs.batches.list()]
        assert made.input_file_id not in [one.id for one in theirs.files.list()]
        for attempt in (
            lambda: theirs.batches.retrieve(made.id),
            lambda: theirs.batches.cancel(made.id),
            lambda: theirs.files.content(made.input_file_id),
            lambda: theirs.files.delete(made.input_file_id),
            lambda: theirs.fine_tuning.jobs.retrieve(made.id),
            lambda: theirs.batches.create(
                input_file_id=made.input_file_id, endpoint="/v1/chat/completions", completion_window="24h"
            ),
        ):
            with pytest.raises(openai.NotFoundError) as refused:
                attempt()
            assert refused.value.code == "not_found"


@pytest.mark.parametrize(
    ("case", "status", "code"),
    [
        ("two models", 400, "invalid_value"),
        ("no lines", 400, "invalid_value"),
        ("no purpose", 400, "missing_field"),
        ("two files", 400, "invalid_form"),
        ("two purposes", 400, "invalid_form"),
        ("a text for a file", 400, "invalid_value"),
        ("an odd purpose", 400, "invalid_value"),
        ("another's model", 403, "model_not_allowed"),
        ("a mapped model", 400, "unsupported_value"),
        ("a provider without files", 404, "model_not_found"),
        ("upstream refuses", 400, None),
        ("no money", 429, "insufficient_quota"),
    ],
)
def test_what_is_refused(gateway: Gateway, case: str, status: int, code: str | None) -> None:
    model = f"held-{case}".replace(" ", "-").replace("'", "")
    fields: dict[str, Any] = {}
    if case == "a mapped model":
        fields = {"model_mapping": {model: "other"}}
    elif case == "a provider without files":
        fields = {"provider": "moonshot", "base_url": "https://moonshot.example.com"}
    served(gateway, model, **fields)
    key, content, purpose = "main", lines(model, ["a"]), "batch"
    if case == "two models":
        content += b"\n" + lines("held-file", ["b"])
    elif case == "no lines":
        content = b"\n"
    elif case == "upstream refuses":
        purpose = "nonsense"
    elif case == "another's model":
        key = gateway.token(models=["something"])["name"]
    elif case == "no money":
        key = gateway.token(user_id=gateway.user(balance_usd="0.00")["id"])["name"]
    elif case == "an odd purpose":
        purpose = "user\0data"
    purposes = {"no purpose": [], "two purposes": ["user_data", purpose]}.get(case, [purpose])
    name = None if case == "a text for a file" else "a.jsonl"
    files: list[Any] = [("file", (name, content))] * (2 if case == "two files" else 1)
    asked: dict[str, Any] = {"headers": gateway.auth(key), "files": files, "data": {"purpose": purposes}}
    answer = gateway.http.post("/v1/files", **asked)
    assert answer.status_code == status, answer.text
    assert code is None or answer.json()["error"]["code"] == code


def test_a_batch_must_be_affordable_with_what_is_open(gateway: Gateway) -> None:
    model = "held-poor-poll-99"
    gateway.channel([model])
    gateway.price(model, input="1000", output="0")
    key = gateway.token(user_id=gateway.user(balance_usd="0.50")["id"])["name"]
    content = lines(model, ["x" * 1000])  # near 300 tokens: $0.30
    with sdk(gateway, key) as client:
        file = client.files.create(file=("in.jsonl", content), purpose="batch")
        ask = {"input_file_id": file.id, "endpoint": "/v1/chat/completions", "completion_window": "24h"}
        client.batches.create(**ask)
        with pytest.raises(openai.RateLimitError) as refused:
            client.batches.create(**ask)
    assert refused.value.code == "insufficient_quota"


def test_training_without_a_price_is_refused(new_gateway: NewGateway) -> None:
    gateway = new_gateway()
    gateway.channel(["held-free"])
    gateway.price("held-free", input="1")
    gateway.price("*", input="1")
    at = {"x-sluice-model": "held-free"}
    with sdk(gateway) as client:
        file = client.files.create(file=("t.jsonl", b"{}\n"), purpose="fine-tune", extra_headers=at)
        with pytest.raises(openai.BadRequestError) as refused:
            client.fine_tuning.jobs.create(model="held-free", training_file=file.id)
    assert refused.value.code == "price_missing"


def test_a_path_of_nothing_is_nothing(gateway: Gateway) -> None:
    for method, path in (("GET", "/v1/files/x/nonsense"), ("POST", "/v1/batches/x/events")):
        assert gateway.http.request(method, path, headers=gateway.auth()).status_code == 404
    assert gateway.http.delete("/v1/batches/x", headers=gateway.auth()).status_code == 405


def test_a_try_leaves_nothing_behind(gateway: Gateway) -> None:
    channel = served(gateway, "held-tried")
    mark = gateway.provider.mark()
    asked = {"model": "held-tried", "format": "files"}
    tried = gateway.manage("POST", f"/channels/{channel['id']}/test", json=asked)
    assert (tried["ok"], gateway.provider.seen(mark)) == (False, [])


def test_a_channel_that_is_gone_is_said(gateway: Gateway) -> None:
    channel = served(gateway, "held-gone")
    with sdk(gateway) as client:
        made = client.files.create(file=("in.jsonl", lines("held-gone", ["a"])), purpose="batch")
        gateway.manage("DELETE", f"/channels/{channel['id']}")
        with pytest.raises(openai.InternalServerError) as refused:
            client.files.retrieve(made.id)
    assert refused.value.code == "no_available_channel"


def test_a_channel_stays_while_something_there_is_to_be_charged(gateway: Gateway) -> None:
    model = "held-stays-poll-2"
    channel = served(gateway, model)["id"]
    with sdk(gateway) as client:
        made = batch(client, model)
        refused = gateway.manage("DELETE", f"/channels/{channel}", 409)["error"]
        assert "1 batches or jobs" in refused["message"]
        assert "disable it" in refused["message"]
        gateway.manage("POST", "/channels/bulk", 409, json={"action": "delete", "ids": [channel]})
        assert [client.batches.retrieve(made.id).status for _ in range(3)][-1] == "completed"
    assert len(charges(gateway, model)) == 1
    gateway.manage("DELETE", f"/channels/{channel}")


def test_what_is_held_outlives_a_change_of_keys_and_a_disabled_channel(new_gateway: NewGateway) -> None:
    gateway = new_gateway(environment={"SLUICE_FOLLOW_SECONDS": "0.2"})
    model = "held-moved-poll-6"
    channel = served(gateway, model, key="up-moved")
    with sdk(gateway) as client:
        made = batch(client, model)
        keys = gateway.manage("GET", f"/channels/{channel['id']}")["keys"]
        both = [{"id": keys[0]["id"]}, {"key": "up-another"}]
        gateway.manage("PATCH", f"/channels/{channel['id']}", json={"keys": both, "models": [model, "held-sign"]})
        until(lambda: {} if "held-sign" in [one.id for one in client.models.list()] else None, "the change")
        assert client.batches.retrieve(made.id).id == made.id
    gateway.manage("PATCH", f"/channels/{channel['id']}", json={"status": "disabled"})
    [row] = charges(gateway, model)
    assert row["charge_usd"] != "0.00"


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=10001", "limit=000001" + "0" * 5000, "limit=\u00b2", "purpose=%00"]
)
def test_an_odd_list_is_refused(gateway: Gateway, query: str) -> None:
    answer = gateway.http.get(f"/v1/files?{query}", headers=gateway.auth())
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]["param"] == query.partition("=")[0]


def test_a_member_told_twice_is_read_once(gateway: Gateway) -> None:
    model = "held-twice-poll-9"
    served(gateway, model)
    with sdk(gateway) as client:
        file = client.files.create(file=("in.jsonl", lines(model, ["a"])), purpose="batch")
    mark = gateway.provider.mark()
    asked = f'{{"input_file_id": "file-anothers", "input_file_id": "{file.id}", '
    asked += '"endpoint": "/v1/chat/completions", "completion_window": "24h"}'
    answer = gateway.http.post("/v1/batches", headers=gateway.auth(), content=asked)
    assert answer.status_code == 200, answer.text
    [seen] = gateway.provider.seen(mark)
    assert "file-anothers" not in json.dumps(seen)
