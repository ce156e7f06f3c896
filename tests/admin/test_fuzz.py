"""Requests made from the API's own description, good and bad: none may meet a defect, and errors have one shape."""

from __future__ import annotations

import httpx
import pytest
import schemathesis
from admin_tools import Gateway, People
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.generation import GenerationMode
from test_admin_policy import OPERATIONS, document

from sluice.web.admin.app import PREFIX

# These would end what the other tests need, or never end themselves.
_LEFT_OUT = {"sign_out", "change_password", "watch_requests", "update_settings"}
_ENDING = {"update_user", "delete_user", "update_token", "delete_token"}
# These call whatever address was made up.
_CALLING = {"test_unsaved_channel", "diagnose_unsaved_channel", "fetch_upstream_models", "test_channels"}
# These are counted as guesses of a password, which shuts out everybody who comes from the same address.
_GUESSING = {"sign_in", "finish_setup"}
_SCHEMA = schemathesis.openapi.from_dict(document())
_EXAMPLES = 8


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["good", "bad"])
@pytest.mark.parametrize("name", sorted(set(OPERATIONS) - _LEFT_OUT))
def test_no_request_meets_a_defect(
    request: pytest.FixtureRequest, gateway: Gateway, people: People, name: str, mode: GenerationMode
) -> None:
    method, path = OPERATIONS[name]
    operation = _SCHEMA[PREFIX + path][method.upper()]
    if mode is GenerationMode.NEGATIVE and not _can_be_wrong(operation):
        pytest.skip("it takes nothing that could be wrong")
    if mode is GenerationMode.POSITIVE and name in _CALLING | _ENDING:
        pytest.skip("it would call addresses that were made up, or end what the other tests need")

    origin = request.getfixturevalue("fresh").origin if name in _GUESSING else gateway.origin

    @given(data=st.data())
    @settings(
        max_examples=_EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def ask(data: st.DataObject) -> None:
        case = data.draw(operation.as_strategy(generation_mode=mode))
        prepared = case.as_transport_kwargs(base_url=origin)
        headers = {**dict(prepared["headers"] or {}), "authorization": people.key.headers["authorization"]}
        body = {key: prepared[key] for key in ("json", "data") if prepared.get(key) is not None}
        if isinstance(body.get("data"), bytes):
            body["content"] = body.pop("data")
        _judge(people.key, prepared, headers, body)

    ask()


def _judge(client: httpx.Client, prepared: dict, headers: dict, body: dict) -> None:  # type: ignore[type-arg]
    try:
        request = client.build_request(
            prepared["method"], prepared["url"], params=prepared.get("params"), headers=headers, **body
        )
    except (httpx.InvalidURL, ValueError, TypeError):
        return  # no client can send it
    try:
        answer = client.send(request)
    except httpx.ReadError:
        # What is no HTTP the server's parser refuses, and closes the connection; it serves on.
        assert client.get("/session").status_code == 200
        return
    assert answer.status_code < 500, f"{request.method} {request.url}: {answer.text}"
    assert answer.headers["x-request-id"]
    if answer.status_code >= 400:
        error = answer.json()["error"]
        assert {"code", "message", "request_id"} <= set(error)


def _can_be_wrong(operation: object) -> bool:
    return bool(list(operation.iter_parameters()) or operation.body)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "text", ["\0", "a\0b", "\ud800".encode("utf-8", "surrogatepass"), "x" * 300, "%", "_", "'", "\\"]
)
@pytest.mark.parametrize("path", ["/tokens", "/users", "/channels", "/prices"])
def test_no_search_meets_a_defect(people: People, path: str, text: str | bytes) -> None:
    answer = people.root.get(path, params={"search": text})  # type: ignore[dict-item]
    expected = 422 if "\0" in str(text) or len(text) > 128 else 200
    assert answer.status_code == expected, answer.text


def test_a_body_that_is_too_large_is_refused(people: People) -> None:
    body = b'{"content": "' + b"x" * (21 * 1024 * 1024) + b'"}'
    answer = people.root.post("/prices/import", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 413
    assert answer.json()["error"]["code"] == "body_too_large"


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b'"\\ud800"', b'{"name": "\\ud800"}', b"\xff\xfe", b"[" * 5000]
)
def test_what_is_no_json_object_is_refused(people: People, body: bytes) -> None:
    answer = people.root.post("/groups", content=body, headers={"content-type": "application/json"})
    assert answer.status_code in (400, 422), answer.text
    assert answer.json()["error"]["message"]
