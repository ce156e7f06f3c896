"""AWS SageMaker: endpoints whose containers speak chat completions, called by signed requests.

A request's body is the container's as it is, and so is a whole answer. A stream comes in the frames of AWS's event
streams, each with the next bytes of what the container streams: they are put together again, wherever they were cut.
A container's own error is told as a ``ModelError`` that repeats it. Source: botocore's model of sagemaker-runtime; how
an unknown endpoint is told is as its users met it.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import msgspec

from sluice.base.outcome import Cause, Fault, StreamParser
from sluice.base.wire import Header, WireHead, WireRequest
from sluice.formats.converse.errors import frame_fault, read_error
from sluice.formats.converse.framing import BadFrame, FrameDecoder
from sluice.formats.openai_chat.errors import fault_from
from sluice.vendors.around import AroundStream
from sluice.vendors.bedrock_keys import DEFAULT_REGION, read_key, region_in
from sluice.vendors.dialect import Call, ChannelSpec
from sluice.vendors.openai_like import OpenAiLike
from sluice.vendors.parts import is_whole
from sluice.vendors.quirks import UNREADABLE
from sluice.vendors.schema import Vendor
from sluice.vendors.sigv4 import sign
from sluice.vendors.unfit import Unfit
from sluice.vendors.urls import Base, take_apart

_any = msgspec.json.Decoder()

_SERVICE = "sagemaker"
_ENDS = re.compile(r"/endpoints(?:/.*)?$")
_PAYLOAD = "PayloadPart"


class SageMaker(OpenAiLike):
    """A channel to one region. Raises Unfit, with a text for people, for a key that cannot sign."""

    def __init__(self, vendor: Vendor, spec: ChannelSpec) -> None:
        self._key = read_key(spec.key)
        self._region = ""
        super().__init__(vendor, spec)
        signing = self._key.signing(self._region, _SERVICE)
        if signing is None:
            raise Unfit("the key must be ACCESS|SECRET|REGION, or ACCESS|SECRET|REGION|SESSION_TOKEN", "key")
        self._signing = signing

    def find_base(self) -> Base:
        """The runtime of the region that the address, the option or the key names."""
        given = self.spec.base_url.strip()
        wanted = self.options["region"] or self._key.region
        if given.rstrip("/") in ("", *self.vendor.base_urls):
            self._region = wanted or DEFAULT_REGION
            china = ".cn" if self._region.startswith("cn-") else ""
            given = f"https://runtime.sagemaker.{self._region}.amazonaws.com{china}"
        typed = take_apart(given, self.vendor)
        self._region = region_in(typed.origin) or wanted or DEFAULT_REGION
        return Base(typed.origin, _ENDS.sub("", typed.path))

    # Requests.

    def target(self, fmt: Any, model: str) -> bytes:
        """The endpoint that the model's name is."""
        return f"{self.base.path}/endpoints/{quote(model, safe='-._~')}/invocations".encode()

    def authorization(self, credential: str) -> tuple[Header, ...]:
        """A signature is made of the whole request."""
        return ()

    def request(self, call: Call, credential: str) -> WireRequest:
        """The upstream request, signed. A stream has an address of its own."""
        request = super().request(call, credential)
        if call.stream:
            request = msgspec.structs.replace(request, target=request.target + b"-response-stream")
        return sign(request, self._signing, call.now_ms)

    def shape(self, members: dict[str, Any], call: Call) -> list[str]:
        """The container knows its model, or calls it by a name of its own."""
        told = super().shape(members, call)
        del members["model"]
        if self.options["served_model"]:
            members["model"] = self.options["served_model"]
        return told

    # Answers.

    def stream(self, call: Call, head: WireHead) -> StreamParser | None:
        """A parser for a streamed answer, out of its frames."""
        inner = super().stream(call, head)
        return inner if inner is None or is_whole(head) else UnframedStream(inner)

    def error(self, call: Call, head: WireHead, body: bytes) -> Fault:
        """Reads a non-2xx answer: the service's own, or what the container answered."""
        fault = read_error(head, body, call.now_ms)
        if fault.code == "ValidationError" and "not found" in fault.message:
            return replace(fault, cause=Cause.MODEL)
        if fault.code != "ModelError":
            return fault
        said = _object(body)
        status, message = said.get("OriginalStatusCode"), said.get("OriginalMessage")
        if type(status) is not int or not isinstance(message, str):
            return fault
        told = fault_from(status, WireHead(status), message.encode(), code_map=self.vendor.errors, now_ms=call.now_ms)
        return replace(told, status=head.status, message=told.message or message)


class UnframedStream(AroundStream):
    """A StreamParser: the frames of an event stream, what lies in them read by ``inner``."""

    def __init__(self, inner: StreamParser) -> None:
        super().__init__(inner)
        self._frames = FrameDecoder()
        self._fault: Fault | None = None

    @property
    def fault(self) -> Fault | None:
        """What went wrong."""
        return self._fault or self._inner.fault

    def feed(self, data: bytes) -> bytes:
        """Takes the upstream's bytes; returns the client's."""
        if self.done or self.fault is not None:
            return b""
        out = []
        try:
            for frame in self._frames.feed(data):
                self._fault = frame_fault(frame)
                if self.done or self.fault is not None:
                    break
                if frame.headers.get(":event-type") == _PAYLOAD:
                    out.append(self._inner.feed(frame.payload))
        except BadFrame as wrong:
            self._fault = Fault(cause=Cause.SHAPE, message=f"the upstream's stream cannot be read: {wrong}", status=200)
        return b"".join(out)

    def finish(self) -> bytes:
        """The upstream's body ended."""
        if self.done or self.fault is not None:
            return b""
        if self._frames.halfway:
            self._fault = Fault(cause=Cause.BROKEN, message="the upstream's stream ended within a frame", status=200)
            return b""
        return self._inner.finish()


def _object(body: bytes) -> dict[str, Any]:
    try:
        said = _any.decode(body)
    except UNREADABLE:
        return {}
    return said if isinstance(said, dict) else {}


bind = SageMaker
