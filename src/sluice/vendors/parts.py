"""What several dialects share: keys and headers, ids, heads told apart, and the patches of every generating request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from sluice.base.outcome import Fault, Reply, StreamParser
from sluice.base.wire import Header, WireHead
from sluice.formats.openai_chat import unary
from sluice.formats.sse import SseDecoder
from sluice.vendors.dialect import Call
from sluice.vendors.quirks import UNREADABLE
from sluice.vendors.schema import Vendor
from sluice.vendors.unfit import Unfit

Raw = msgspec.Raw

JSON_BODY: Header = (b"content-type", b"application/json")
AGENT: Header = (b"user-agent", b"sluice")
EVENT_STREAM = b"text/event-stream; charset=utf-8"
CAPS = ("max_completion_tokens", "max_tokens")
_INCLUDE_USAGE = Raw(b'{"include_usage":true}')

_members = msgspec.json.Decoder(dict[str, Raw])


def check_key(vendor: Vendor, key: str) -> None:
    """Raises ValueError, without showing the key, when it cannot be sent or is missing."""
    if vendor.key.required and not key.strip():
        raise Unfit(f"the provider {vendor.id!r} needs a key: {vendor.key.hint.en}", "key")
    if not (key.isascii() and key.strip().isprintable()):
        raise Unfit("the key holds characters no key has: copy it again", "key")


def fixed_headers(vendor: Vendor, options: Mapping[str, str]) -> tuple[Header, ...]:
    """Headers that do not depend on the credential: the vendor's own, and the channel's options sent as headers."""
    headers = [AGENT, *((name.encode(), value.encode()) for name, value in vendor.headers.items())]
    for field in vendor.fields:
        value = options.get(field.name, "")
        if field.header and value:
            headers.append((field.header.lower().encode(), value.encode()))
    return tuple(headers)


def authorization(auth: str, credential: str) -> tuple[Header, ...]:
    """The header that carries a credential in one of the schema's styles; none for an empty credential."""
    credential = credential.strip()
    if not credential or auth in ("none", "custom"):
        return ()
    if auth == "bearer":
        return ((b"authorization", b"Bearer " + credential.encode()),)
    return ((auth.removeprefix("header:").encode(), credential.encode()),)


def call_id(call: Call, number: int) -> str:
    """An id for a tool call whose upstream gives none: unlike any other of the conversation."""
    return f"call_{call.nonce:032x}"[:27] + f"{number:02x}"


def is_event_stream(head: WireHead) -> bool:
    """Whether the body is a stream of server-sent events."""
    for name, value in head.headers:
        if name == b"content-type":
            return value.lower().startswith(b"text/event-stream")
    return False


def is_whole(head: WireHead) -> bool:
    """Whether the body is JSON or a page: no stream, and no audio. NDJSON is a stream."""
    kind = (head.get(b"content-type") or b"").lower().partition(b";")[0].strip()
    return kind in (b"application/json", b"application/problem+json", b"text/html")


def as_stream(reply: Reply, wants_usage: bool) -> Reply:
    """A whole chat completion as the stream the client asked for."""
    body = unary.stream_of(reply.body, wants_usage=wants_usage)
    return msgspec.structs.replace(reply, body=body, content_type=EVENT_STREAM)


def folded(parser: StreamParser, body: bytes) -> Reply | Fault:
    """A streamed chat completion where a whole one was asked for. ``parser`` reads the body and tells usage."""
    told = parser.feed(body) + parser.finish()
    if parser.fault is not None:
        return parser.fault
    folder = unary.StreamFolder()
    for event in SseDecoder().feed(told):
        folder.add(event.data)
    return Reply(
        body=folder.result(),
        usage=parser.usage,
        finish_reason=parser.finish_reason,
        output_bytes=parser.output_bytes,
    )


def ask_usage(members: dict[str, Any]) -> None:
    """Asks for the closing usage chunk, keeping what else the client put into ``stream_options``."""
    options = members.get("stream_options")
    if options is None or bytes(options)[:1] != b"{":
        members["stream_options"] = _INCLUDE_USAGE
        return
    try:
        inner: dict[str, Any] = dict(_members.decode(options))
    except UNREADABLE:
        members["stream_options"] = _INCLUDE_USAGE
        return
    if bytes(inner.get("include_usage", b"")) != b"true":
        inner["include_usage"] = True
        members["stream_options"] = inner


def cap(members: dict[str, Any], most: int, name: str) -> None:
    """Bounds the tokens to be generated, under the names the client used, or ``name`` when it used none."""
    used = [cap_name for cap_name in CAPS if whole_number(members.get(cap_name)) is not None]
    for used_name in used:
        members[used_name] = min(whole_number(members[used_name]) or 0, most)
    if not used:
        members[name] = most


def bounded(given: Any, most: int | None) -> Any:
    """A limit on the output (decoded, undecoded or None for none) that is not above ``most``.

    Some protocols say "no limit" with a negative number.
    """
    if most is None:
        return given
    number = given if type(given) is int else whole_number(given)
    return most if number is None or number < 0 else min(number, most)


def whole_number(raw: Any) -> int | None:
    """The whole number an undecoded member is; None for anything else."""
    try:
        return int(bytes(raw)) if isinstance(raw, Raw) else None
    except ValueError:
        return None
