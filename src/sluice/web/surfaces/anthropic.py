"""The Messages protocol's endpoints: messages, and the counting of their tokens (wires.md 2)."""

from __future__ import annotations

import msgspec

from sluice.accounting.reservation import estimate_input_tokens
from sluice.base.errors import bad_request
from sluice.base.formats import Format
from sluice.base.wire import Header
from sluice.formats.patch import Top, has_list, parse_top, take_bool, take_int, take_str
from sluice.relay.admit import check_model
from sluice.relay.inbound import Inbound
from sluice.web.errors import ANTHROPIC
from sluice.web.http import FIELDS, Scope, credential, header, read_body
from sluice.web.surfaces.door import Door, Handler, Visit

_FORWARDED = frozenset({b"anthropic-version", b"anthropic-beta"})


def key(scope: Scope) -> bytes | None:
    """The key sent: ``x-api-key`` before ``Authorization``, as the provider does when both are there."""
    return header(scope, b"x-api-key") or credential(scope)


async def create_message(door: Door, visit: Visit) -> None:
    """``POST /v1/messages``."""
    body = await read_body(visit.scope, visit.receive, door.max_body)
    await door.relay.serve(read(visit, body), visit.client)


async def count_tokens(door: Door, visit: Visit) -> None:
    """``POST /v1/messages/count_tokens``: the gateway's own estimate; no upstream is asked, nothing charged."""
    body = await read_body(visit.scope, visit.receive, door.max_body)
    _asked(visit, body)
    headers = [(b"content-type", b"application/json"), (b"x-request-id", visit.id.encode()), *ANTHROPIC.also(visit.id)]
    told = msgspec.json.encode({"input_tokens": estimate_input_tokens(body)})
    await visit.client.answer(200, headers, told)


ENDPOINTS: dict[str, Handler] = {"/messages": create_message, "/messages/count_tokens": count_tokens}


def read(visit: Visit, body: bytes) -> Inbound:
    """The request as the relay needs it. Raises GatewayError 400 naming the field, 403 for a model out of scope."""
    top, model = _asked(visit, body)
    limit = take_int(top, "max_tokens", minimum=0)
    if limit is None:
        raise bad_request("missing_field", "the field 'max_tokens' is required", "max_tokens")
    return Inbound(
        id=visit.id,
        voice=ANTHROPIC,
        format=Format.ANTHROPIC,
        token=visit.token,
        model=model,
        created_ms=visit.created_ms,
        started=visit.started,
        body=body,
        top=top,
        stream=bool(take_bool(top, "stream")),
        wants_usage=True,
        asked_max_output=limit,
        input_estimate=estimate_input_tokens(body),
        address=visit.address,
        client=visit.agent,
        headers=_forwarded(visit.scope),
    )


def _asked(visit: Visit, body: bytes) -> tuple[Top, str]:
    """The members of a request and its model, checked."""
    top = parse_top(body)
    model = take_str(top, "model", required=True)
    if not model:
        raise bad_request("missing_field", "the field 'model' must not be empty", "model")
    check_model(visit.token, model)
    if not has_list(top, "messages"):
        raise bad_request("invalid_value", "the field 'messages' must be a list of at least one message", "messages")
    return top, model


def _forwarded(scope: Scope) -> tuple[Header, ...]:
    """The client's version of the protocol and its betas, for upstreams that speak it too."""
    if _FORWARDED.isdisjoint(scope[FIELDS]):
        return ()
    return tuple([(bytes(k), bytes(v)) for k, v in scope["headers"] if k in _FORWARDED])
