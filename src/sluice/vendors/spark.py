"""iFlytek Spark: over HTTP with a version's password, or over its websocket with the keys of an application.

A websocket's key is ``APPID|APISecret|APIKey``, as One API has it. The address is signed (HMAC-SHA256 over host, date
and request line); each version of the model has a path and a name (``domain``) of its own.
Sources: https://www.xfyun.cn/doc/spark/Web.html, One API (relay/adaptor/xunfei).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlencode

import msgspec

from sluice.base.errors import bad_request
from sluice.base.outcome import Cause, Fault
from sluice.base.wire import Header, Messages, WireHead, WireRequest
from sluice.formats.ndjson import LineDecoder
from sluice.formats.openai_chat.errors import fault_from
from sluice.vendors.dialect import Call, ChannelSpec
from sluice.vendors.native import NativeChat
from sluice.vendors.openai_like import CHAT, OpenAiLike
from sluice.vendors.parts import AGENT
from sluice.vendors.schema import Vendor
from sluice.vendors.spark_chat import Speech, is_last, native_request
from sluice.vendors.translated import Splitting
from sluice.vendors.unfit import Unfit
from sluice.vendors.urls import Base, take_apart

HOME = "https://spark-api.xf-yun.com"
_PATHS = {
    "lite": "/v1.1/chat",
    "generalv2": "/v2.1/chat",
    "generalv3": "/v3.1/chat",
    "pro-128k": "/chat/pro-128k",
    "generalv3.5": "/v3.5/chat",
    "max-32k": "/chat/max-32k",
    "4.0Ultra": "/v4.0/chat",
    "x1": "/v1/x1",  # [unverified]
}
"""The path of each domain."""
_VERSIONS = {
    "v1.1": "lite", "v2.1": "generalv2", "v3.1": "generalv3", "v3.1-128K": "pro-128k", "v3.5": "generalv3.5",
    "v3.5-32K": "max-32k", "v4.0": "4.0Ultra", "Lite": "lite", "Pro": "generalv3", "Pro-128K": "pro-128k",
    "Max": "generalv3.5", "Max-32K": "max-32k", "4.0-Ultra": "4.0Ultra", "X1": "x1",
}  # fmt: skip
"""What One API's names for the models say behind their first hyphen: ``SparkDesk-v3.5``, ``Spark-Max``."""
_CLOSED = "the upstream refused the signed address: check the three parts of the key, and the clock of this machine"


class SparkSocket(NativeChat):
    """A channel to the websocket. It has no list of models."""

    streams_only = True

    def __init__(self, vendor: Vendor, spec: ChannelSpec) -> None:
        super().__init__(vendor, spec)
        parts = [part.strip() for part in spec.key.split("|")]
        if len(parts) != 3 or not all(parts):
            raise Unfit("a key of Spark's websocket has the form APPID|APISecret|APIKey", "key")
        self._app, self._secret, self._name = parts
        self._fixed = (AGENT,)
        self._host = self.base.origin.partition("://")[2]

    def find_base(self) -> Base:
        """The host before a version's path. The vendor's addresses, which forms fill in, are HTTP's: they mean none;
        guides give some that begin with ``wss://``."""
        given = self.spec.base_url.strip().rstrip("/")
        given = HOME if given in ("", *self.vendor.base_urls) else given
        secure, plain = given.removeprefix("wss://"), given.removeprefix("ws://")
        given = f"https://{secure}" if secure != given else f"http://{plain}" if plain != given else given
        typed = take_apart(given, self.vendor)
        if typed.query:
            raise Unfit("the base URL must not have a query: leave out the '?' and what follows", "base_url")
        path = next((typed.path.removesuffix(end) for end in _PATHS.values() if typed.path.endswith(end)), typed.path)
        return Base(typed.origin, path)

    # Requests.

    def serves(self, fmt: Any) -> bool:
        """Chat only."""
        return fmt is CHAT

    def target(self, fmt: Any, model: str) -> bytes:
        """The path of the model's version, unsigned."""
        return (self.base.path + _PATHS[self._domain(model)]).encode()

    def _domain(self, model: str) -> str:
        """Raises GatewayError 400 for a model whose version nobody knows."""
        if model in _PATHS:
            return model
        version = model.partition("-")[2] or self.options["version"] or "v1.1"
        found = _VERSIONS.get(version) or _VERSIONS.get(self.options["version"])
        if found is None:
            known = ", ".join(_PATHS)
            raise bad_request("unsupported_value", f"Spark has no model {model!r}; there are: {known}", "model")
        return found

    def authorization(self, credential: str) -> tuple[Header, ...]:
        """None: the address is signed."""
        return ()

    def request(self, call: Call, credential: str) -> WireRequest:
        """The opening of the websocket, its address signed for the moment of the call, and the one message to send."""
        asked = super().request(call, credential)
        assert isinstance(asked.body, bytes)
        signed = asked.target + b"?" + self._signature(asked.target.decode(), call.now_ms).encode()
        said = Messages(send=(asked.body,), last=is_last)
        return msgspec.structs.replace(asked, method=b"GET", target=signed, headers=(AGENT,), body=b"", socket=said)

    def _signature(self, path: str, now_ms: int) -> str:
        """The query that signs an address."""
        date = format_datetime(datetime.fromtimestamp(now_ms // 1000, UTC), usegmt=True)
        told = f"host: {self._host}\ndate: {date}\nGET {path} HTTP/1.1"
        digest = hmac.new(self._secret.encode(), told.encode(), hashlib.sha256).digest()
        signature = base64.b64encode(digest).decode()
        said = (
            f'api_key="{self._name}", algorithm="hmac-sha256", headers="host date request-line", '
            f'signature="{signature}"'
        )
        return urlencode({"authorization": base64.b64encode(said.encode()).decode(), "date": date, "host": self._host})

    def say(self, members: dict[str, Any], call: Call) -> tuple[dict[str, Any], list[str]]:
        """The message that asks."""
        return native_request(members, call, self._app, self._domain(call.upstream_model))

    def models_request(self, credential: str) -> WireRequest | None:
        """There is no list of models."""
        return None

    # Answers.

    def split_events(self) -> Splitting:
        """A message is a line."""
        return LineDecoder()

    def hear(self, call: Call) -> Speech:
        """Reads the messages."""
        return Speech(call, self.vendor.errors)

    def error(self, call: Call, head: WireHead, body: bytes) -> Fault:
        """A socket that is not opened is a matter of the key: the refusal's own words do not come through."""
        if head.status in (401, 403) and not body:
            return Fault(cause=Cause.AUTH, message=_CLOSED, status=head.status)
        return fault_from(head.status, head, body, code_map=self.vendor.errors, now_ms=call.now_ms)


def bind(vendor: Vendor, spec: ChannelSpec) -> OpenAiLike:
    """The dialect of a channel, by its key's form."""
    return SparkSocket(vendor, spec) if "|" in spec.key else OpenAiLike(vendor, spec)
