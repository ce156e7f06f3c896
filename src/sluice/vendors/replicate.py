"""Replicate: a model is asked for a prediction, a job that may be streamed, waited for, asked after, and cancelled.

Sources: https://replicate.com/docs/reference/http and /docs/topics/predictions/streaming; SDK replicate 1.0.7. What
goes into a prediction differs from model to model: members this page does not name travel into ``input`` as they are.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlsplit

import msgspec

from sluice.base.formats import Format
from sluice.base.outcome import Cause, Fault, Reply, StreamParser
from sluice.base.wire import WireHead, WireRequest
from sluice.formats.openai_chat.errors import fault_from
from sluice.vendors.dialect import Call, ChannelSpec, Further
from sluice.vendors.native import NativeChat
from sluice.vendors.openai_like import CHAT
from sluice.vendors.parts import is_whole
from sluice.vendors.quirks import UNREADABLE
from sluice.vendors.replicate_input import chat_input, picture_input
from sluice.vendors.replicate_output import Speech, as_pictures, as_speech
from sluice.vendors.schema import Vendor
from sluice.vendors.translated import NamedSse, Splitting, TranslatedStream

_any = msgspec.json.Decoder()

_WAIT = (b"prefer", b"wait=60")
_HOSTS = ("replicate.com", "replicate.net")
"""Where streams may lie besides the API's own address; an address elsewhere is not asked, and never told the key."""
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 5.0


class Replicate(NativeChat):
    """A channel to one account."""

    def target(self, fmt: Format, model: str) -> bytes:
        """Official models have an address; versions (``owner/name:version``) are named in the body."""
        if ":" in model or "/" not in model:
            return f"{self.base.path}/predictions".encode()
        return f"{self.base.path}/models/{quote(model, safe='/-._~')}/predictions".encode()

    # Requests.

    def request(self, call: Call, credential: str) -> WireRequest:
        """A job that is not streamed is waited for, as long as the upstream lets one."""
        asked = super().request(call, credential)
        return asked if call.stream else msgspec.structs.replace(asked, headers=(*asked.headers, _WAIT))

    def dropped(self, call: Call) -> tuple[str, ...]:
        """What has no place in a prediction, and what is changed."""
        return tuple(self.shape(dict(call.top), call))

    def shape(self, members: dict[str, Any], call: Call) -> list[str]:
        """Puts a prediction in the place of the client's members."""
        told, said = chat_input(members, call) if call.format is CHAT else picture_input(members)
        model = call.upstream_model
        body: dict[str, Any] = {"input": said}
        if ":" in model or "/" not in model:
            body["version"] = model.rpartition(":")[2]
        if call.stream and call.format is CHAT:
            body["stream"] = True
        members.clear()
        members.update(body)
        return told

    # Answers.

    def reply(self, call: Call, head: WireHead, body: bytes) -> Reply | Fault | Further:  # type: ignore[override]
        """A prediction: what came of it, or what to ask next."""
        return self.prediction(call, body, _FIRST_PAUSE)

    def prediction(self, call: Call, body: bytes, pause: float) -> Reply | Fault | Further:
        """Reads one report of a job. ``pause``: seconds until it is asked after again."""
        said = _object(body)
        identity, status = said.get("id"), said.get("status")
        if not isinstance(identity, str) or not identity or not isinstance(status, str):
            fault = fault_from(200, WireHead(200), body, code_map=self.vendor.errors)
            return fault if fault.message else _shapeless()
        if status in ("failed", "canceled", "aborted"):
            text = said.get("error")
            return Fault(cause=Cause.SERVER, message=text if isinstance(text, str) and text else status, status=200)
        if status == "succeeded":
            return self._result(call, said)
        urls = said.get("urls")
        stream = urls.get("stream") if isinstance(urls, dict) else None
        if call.stream and isinstance(stream, str) and stream:
            return self._streamed(identity, stream)
        asking = _Asking(self, min(pause * 1.5, _LONGEST_PAUSE))
        request = self._job(b"GET", f"/predictions/{quote(identity, safe='')}")
        return Further(request=request, reader=asking, pause=pause, abandon=self._cancel(identity))

    def stream(self, call: Call, head: WireHead) -> StreamParser | None:
        """What answers first is a report, never a stream."""
        return None

    def _result(self, call: Call, said: dict[str, Any]) -> Reply | Fault:
        if call.format is not CHAT:
            pictures = as_pictures(said, call.now_ms // 1000)
            return pictures if isinstance(pictures, Fault) else self.plainly(call, pictures)
        told = as_speech(said)
        return told if isinstance(told, Fault) else self.plainly(call, told)

    def plainly(self, call: Call, told: bytes) -> Reply | Fault:
        """What was told in OpenAI's form, read by the code common to all."""
        head = WireHead(200, [(b"content-type", b"application/json")])
        return super(NativeChat, self).reply(call, head, told)

    def _streamed(self, identity: str, address: str) -> Further | Fault:
        """The stream of a job, at the address the upstream names for it."""
        parts = urlsplit(address)
        origin = f"{parts.scheme}://{parts.netloc}".lower()
        own = origin == self.base.origin
        host = parts.hostname or ""
        if not own and not (parts.scheme == "https" and any(f".{host}".endswith(f".{name}") for name in _HOSTS)):
            return Fault(cause=Cause.SHAPE, message="the upstream names a foreign address for its stream", status=200)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        key = self.authorization(self.spec.key) if own or host.endswith("replicate.com") else ()
        headers = (*key, *self._fixed, (b"accept", b"text/event-stream"), (b"cache-control", b"no-store"))
        request = WireRequest(b"GET", origin, target.encode("ascii", "ignore"), headers)
        return Further(request=request, reader=_Listening(self), abandon=self._cancel(identity))

    def _job(self, method: bytes, path: str) -> WireRequest:
        headers = (*self.authorization(self.spec.key), *self._fixed)
        return WireRequest(method, self.base.origin, (self.base.path + path).encode(), headers)

    def _cancel(self, identity: str) -> WireRequest:
        return self._job(b"POST", f"/predictions/{quote(identity, safe='')}/cancel")

    def split_events(self) -> Splitting:
        """What an event is, its name says."""
        return NamedSse()

    def hear(self, call: Call) -> Speech:
        """Reads the events of a job's stream."""
        return Speech()


class _Asking:
    """Reads the next report of a job."""

    def __init__(self, dialect: Replicate, pause: float) -> None:
        self._dialect = dialect
        self._pause = pause

    def reply(self, call: Call, head: WireHead, body: bytes) -> Reply | Fault | Further:
        return self._dialect.prediction(call, body, self._pause)

    def stream(self, call: Call, head: WireHead) -> StreamParser | None:
        return None

    def error(self, call: Call, head: WireHead, body: bytes) -> Fault:
        return self._dialect.error(call, head, body)


class _Listening:
    """Reads the stream of a job."""

    def __init__(self, dialect: Replicate) -> None:
        self._dialect = dialect

    def reply(self, call: Call, head: WireHead, body: bytes) -> Reply | Fault | Further:
        return fault_from(200, head, body)

    def stream(self, call: Call, head: WireHead) -> StreamParser | None:
        if is_whole(head):
            return None
        dialect = self._dialect
        inner = dialect.chat_stream(call, wants_usage=call.wants_usage)
        return TranslatedStream(inner, dialect.split_events(), dialect.hear(call).chunks)

    def error(self, call: Call, head: WireHead, body: bytes) -> Fault:
        return self._dialect.error(call, head, body)


def _shapeless() -> Fault:
    return Fault(cause=Cause.SHAPE, message="the upstream's answer is no prediction", status=200)


def _object(body: bytes) -> dict[str, Any]:
    try:
        said = _any.decode(body)
    except UNREADABLE:
        return {}
    return said if isinstance(said, dict) else {}


def bind(vendor: Vendor, spec: ChannelSpec) -> Replicate:
    """The dialect of a channel."""
    return Replicate(vendor, spec)
