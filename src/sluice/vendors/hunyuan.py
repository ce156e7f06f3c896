"""Tencent Hunyuan: the compatible endpoint for keys ``sk-...``; Tencent Cloud's own API, signed, for a pair of secrets.

A pair is ``SecretId|SecretKey``, or ``AppId|SecretId|SecretKey`` as One API has it (the first part is not needed).
"""

from __future__ import annotations

from typing import Any

import msgspec

from sluice.base.formats import Format
from sluice.base.outcome import Fault, Reply
from sluice.base.wire import Header, WireHead, WireRequest
from sluice.vendors.dialect import Call, ChannelSpec
from sluice.vendors.hunyuan_chat import Speech, embeddings_of, native_embeddings, native_request
from sluice.vendors.native import NativeChat
from sluice.vendors.openai_like import CHAT, OpenAiLike
from sluice.vendors.parts import AGENT
from sluice.vendors.schema import Vendor
from sluice.vendors.tc3 import Secret, sign
from sluice.vendors.unfit import Unfit
from sluice.vendors.urls import Base, take_apart

HOME = "https://hunyuan.tencentcloudapi.com"
VERSION = b"2023-09-01"
_ACTIONS = {CHAT: "ChatCompletions", Format.EMBEDDINGS: "GetEmbedding"}


class NativeHunyuan(NativeChat):
    """Tencent Cloud's own API: one address, the action in a header, every request signed. It lists no models."""

    def __init__(self, vendor: Vendor, spec: ChannelSpec) -> None:
        super().__init__(vendor, spec)
        parts = [part.strip() for part in spec.key.split("|")]
        if len(parts) not in (2, 3) or not all(parts):
            raise Unfit("a key of Tencent Cloud has the form SecretId|SecretKey or AppId|SecretId|SecretKey", "key")
        self._secret = Secret(parts[-2], parts[-1])
        self._fixed = (AGENT,)
        self._host = self.base.origin.partition("://")[2]
        self._targets = dict.fromkeys(_ACTIONS, (self.base.path or "/").encode())

    def find_base(self) -> Base:
        """The vendor's first address, which forms fill in, is that of the compatible endpoint: it means none."""
        given = self.spec.base_url.strip().rstrip("/")
        typed = take_apart(HOME if given in ("", *self.vendor.base_urls) else given, self.vendor)
        if typed.query:
            raise Unfit("the base URL must not have a query: leave out the '?' and what follows", "base_url")
        return Base(typed.origin, typed.path)

    # Requests.

    def authorization(self, credential: str) -> tuple[Header, ...]:
        """None by itself: a signature covers the body."""
        return ()

    def request(self, call: Call, credential: str) -> WireRequest:
        """The request, signed for the moment of the call."""
        asked = super().request(call, credential)
        assert isinstance(asked.body, bytes)
        action = _ACTIONS[call.format]
        now_s = call.now_ms // 1000
        path = asked.target.decode()
        signature = sign(
            self._secret, service="hunyuan", action=action, host=self._host, path=path, body=asked.body, now_s=now_s
        )
        own = (
            (b"x-tc-action", action.encode()),
            (b"x-tc-version", VERSION),
            (b"x-tc-timestamp", str(now_s).encode()),
        )
        return msgspec.structs.replace(asked, headers=(*asked.headers, *own, signature))

    def say(self, members: dict[str, Any], call: Call) -> tuple[dict[str, Any], list[str]]:
        """The body of ChatCompletions."""
        return native_request(members, call)

    def dropped(self, call: Call) -> tuple[str, ...]:
        """What Tencent's API has no place for."""
        return tuple(self.shape(dict(call.top), call))

    def shape(self, members: dict[str, Any], call: Call) -> list[str]:
        """Chat and embeddings both have bodies of their own."""
        if call.format is CHAT:
            return super().shape(members, call)
        body, told = native_embeddings(members)
        members.clear()
        members.update(body)
        return told

    def models_request(self, credential: str) -> WireRequest | None:
        """There is no list of models."""
        return None

    # Answers.

    def hear(self, call: Call) -> Speech:
        """Reads ChatCompletions' answers."""
        return Speech(self.vendor.errors)

    def reply(self, call: Call, head: WireHead, body: bytes) -> Reply | Fault:
        """A whole answer, told as OpenAI's."""
        if call.format is CHAT:
            return super().reply(call, head, body)
        told = embeddings_of(body, self.vendor.errors)
        return told if isinstance(told, Fault) else super().reply(call, head, told)


def bind(vendor: Vendor, spec: ChannelSpec) -> OpenAiLike:
    """The dialect of a channel, by its key's form."""
    return NativeHunyuan(vendor, spec) if "|" in spec.key else OpenAiLike(vendor, spec)
