"""Baidu's v1 (aip.baidubce.com): keys ``APIKey|SecretKey`` that buy access tokens, an address for each model.

Sources: SDK qianfan 0.4.12 (oauth.py, consts.py), One API (relay/adaptor/baidu).
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from sluice.base.formats import Format
from sluice.base.outcome import Fault, Reply, StreamParser
from sluice.base.wire import Header, WireHead, WireRequest
from sluice.formats.openai_chat import unary
from sluice.vendors.dialect import Call, ChannelSpec, Minted
from sluice.vendors.oauth import read_token
from sluice.vendors.openai_like import CHAT, OpenAiLike
from sluice.vendors.parts import AGENT, as_stream, is_whole
from sluice.vendors.qianfan_chat import native_request
from sluice.vendors.qianfan_endpoints import GROUPS, ROOT, endpoint_path
from sluice.vendors.qianfan_speech import Speech, read
from sluice.vendors.quirks import encode, present, refuse_token_ids
from sluice.vendors.schema import Vendor
from sluice.vendors.translated import SseData, TranslatedStream
from sluice.vendors.turns import left_out
from sluice.vendors.unfit import Unfit
from sluice.vendors.urls import Base, take_apart

HOME = "https://aip.baidubce.com"
DAY_S = 86_400
_EMBED_MEMBERS = ("input", "user_id")
_RERANK_MEMBERS = ("query", "documents", "top_n", "user_id")
_OURS = ("user", "encoding_format", "return_documents")
"""Members that are fulfilled without being sent under their own name."""


class TokenMinter:
    """Buys access tokens (good for 30 days) with the two halves of a key. Raises ValueError for a key without them."""

    def __init__(self, key: str, base: Base) -> None:
        self._id, bar, self._secret = (part.strip() for part in key.partition("|"))
        if not (self._id and bar and self._secret):
            raise Unfit("a key of Qianfan's v1 has the form APIKey|SecretKey", "key")
        self._base = base

    def exchange(self, now_ms: int) -> WireRequest | Minted:
        """The request to the token endpoint."""
        asked = {"grant_type": "client_credentials", "client_id": self._id, "client_secret": self._secret}
        target = f"{self._base.path}/oauth/2.0/token?{urlencode(asked)}".encode()
        return WireRequest(b"POST", self._base.origin, target, (AGENT,))

    def accept(self, head: WireHead, body: bytes, now_ms: int) -> Minted | Fault:
        """The token."""
        # Without a lifetime a day is safe: tokens are told to live for thirty.
        return read_token(head, body, now_ms, DAY_S)


class QianfanV1(OpenAiLike):
    """One pair of keys at Baidu's own protocol. It has no list of models."""

    def __init__(self, vendor: Vendor, spec: ChannelSpec) -> None:
        super().__init__(vendor, spec)
        self.minter = TokenMinter(spec.key, self.base)
        self._fixed = (AGENT,)
        # What is served; the address itself depends on the model.
        self._targets = {fmt: f"{self.base.path}{ROOT}/{group}".encode() for fmt, group in GROUPS.items()}

    def find_base(self) -> Base:
        """The server before ``/rpc``. The vendor's first address, which forms fill in, is v2's: it means none."""
        given = self.spec.base_url.strip()
        typed = take_apart(HOME if given.rstrip("/") in ("", self.vendor.base_urls[0]) else given, self.vendor)
        if typed.query:
            raise Unfit("the base URL must not have a query: leave out the '?' and what follows", "base_url")
        return Base(typed.origin, typed.path.partition(ROOT)[0].removesuffix("/oauth/2.0/token"))

    # Requests.

    def target(self, fmt: Format, model: str) -> bytes:
        """The address of the model."""
        return (self.base.path + endpoint_path(fmt, model)).encode()

    def authorization(self, credential: str) -> tuple[Header, ...]:
        """None: the token travels in the query."""
        return ()

    def request(self, call: Call, credential: str) -> WireRequest:
        """The upstream request, the token in its query."""
        asked = super().request(call, credential)
        return msgspec.structs.replace(
            asked, target=asked.target + b"?access_token=" + quote(credential, safe="-._~").encode()
        )

    def dropped(self, call: Call) -> tuple[str, ...]:
        """What v1 has no place for, and what is clamped."""
        return tuple(self.shape(dict(call.top), call)) if call.form is None else ()

    def shape(self, members: dict[str, Any], call: Call) -> list[str]:
        """Puts v1's body in the place of the client's. The model is in the address, not in the body."""
        if call.format is CHAT:
            body, told = native_request(members, call)
        else:
            body, told = _plain(members, call)
        members.clear()
        members.update(body)
        return told

    def models_request(self, credential: str) -> WireRequest | None:
        """v1 cannot list its models."""
        return None

    # Answers.

    def reply(self, call: Call, head: WireHead, body: bytes) -> Reply | Fault:
        """A whole answer, told as OpenAI's."""
        if call.format is not CHAT:
            said = read(body, self.vendor.errors)
            if isinstance(said, Fault):
                return said
            # Baidu calls a list "embedding_list"; without the name, the common reader gives it OpenAI's.
            said.pop("object", None)
            return super().reply(call, head, encode(said))
        told = Speech(call, self.vendor.errors).whole(body)
        if isinstance(told, Fault):
            return told
        created = call.now_ms // 1000
        reply = unary.check_reply(told, model=call.model, nonce=call.nonce, hygiene=self.hygiene, created_s=created)
        return as_stream(reply, call.wants_usage) if call.stream and isinstance(reply, Reply) else reply

    def stream(self, call: Call, head: WireHead) -> StreamParser | None:
        """v1's events, told as OpenAI's; None when the body is JSON, as errors are."""
        if is_whole(head):
            return None
        inner = self.chat_stream(call, wants_usage=call.wants_usage)
        return TranslatedStream(inner, SseData(), Speech(call, self.vendor.errors).chunks)


def _plain(members: dict[str, Any], call: Call) -> tuple[dict[str, Any], list[str]]:
    """The body of an embeddings or rerank request."""
    if call.format is Format.EMBEDDINGS:
        refuse_token_ids(members)
    names = _EMBED_MEMBERS if call.format is Format.EMBEDDINGS else _RERANK_MEMBERS
    body = {name: members[name] for name in names if present(members, name)}
    if bytes(body.get("input", b"")).lstrip()[:1] == b'"':
        body["input"] = [body["input"]]
    if present(members, "user"):
        body.setdefault("user_id", members["user"])
    return body, left_out(members, frozenset({*names, *_OURS}))
