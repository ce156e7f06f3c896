"""AWS Bedrock: conversations in the Converse protocol with any model, embeddings by InvokeModel (wires.md 6).

Requests are signed (sigv4.py) or carry a bearer key. Clients of all protocols are served behind a bridge.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import msgspec

from sluice.base.formats import Format
from sluice.base.outcome import Cause, Fault, Reply, StreamParser
from sluice.base.wire import Header, WireHead, WireRequest
from sluice.formats.codec import Abilities
from sluice.formats.converse.errors import read_error
from sluice.formats.converse.native import PassedConverse, check_reply
from sluice.vendors.answers import read_embeddings
from sluice.vendors.anthropic import claude_abilities
from sluice.vendors.bedrock_embeddings import read_vectors, write_embeddings
from sluice.vendors.bedrock_keys import DEFAULT_REGION, read_key, region_in
from sluice.vendors.dialect import Call, ChannelSpec
from sluice.vendors.openai_like import OpenAiLike
from sluice.vendors.parts import bounded, is_whole
from sluice.vendors.quirks import UNREADABLE, present
from sluice.vendors.schema import Vendor
from sluice.vendors.sigv4 import sign
from sluice.vendors.unfit import Unfit
from sluice.vendors.urls import Base, take_apart

_any = msgspec.json.Decoder()

_ENDS = re.compile(r"/model(?:/.*)?$")
_METHODS = {Format.CONVERSE: "converse", Format.EMBEDDINGS: "invoke"}
_RUNTIME = "bedrock-runtime"
_GEOGRAPHIES = {"us": "us", "eu": "eu", "ap": "apac"}
"""What the ids of inference profiles begin with, by the first word of a region [unverified beyond us, eu and apac]."""
_PROFILE = re.compile(r"(?:us-gov|us|eu|apac|au|jp|ca|global)\.")


class Bedrock(OpenAiLike):
    """A channel to one region. Raises Unfit, with a text for people, for a key of none of the forms."""

    def __init__(self, vendor: Vendor, spec: ChannelSpec) -> None:
        self._key = read_key(spec.key)
        self._region = ""
        super().__init__(vendor, spec)
        self._signing = self._key.signing(self._region)

    def find_base(self) -> Base:
        """The runtime of the region that the address, the option or the key names."""
        given = self.spec.base_url.strip()
        wanted = self.options["region"] or self._key.region
        if given.rstrip("/") in ("", *self.vendor.base_urls):
            self._region = wanted or DEFAULT_REGION
            given = _home(self._region)
        typed = take_apart(given, self.vendor)
        if typed.query:
            raise Unfit("the base URL must not have a query: leave out the '?' and what follows", "base_url")
        self._region = region_in(typed.origin) or wanted or DEFAULT_REGION
        return Base(typed.origin, _ENDS.sub("", typed.path))

    # Requests.

    def target(self, fmt: Format, model: str) -> bytes:
        """The method of a model; its id, or the ARN of a profile, is one segment."""
        return f"{self.base.path}/model/{quote(model, safe='-._~')}/{_METHODS[fmt]}".encode()

    def abilities(self, model: str) -> Abilities:
        """By the model's maker, whatever profile it is called through."""
        return abilities_of(model)

    def authorization(self, credential: str) -> tuple[Header, ...]:
        """A bearer key; a signature is made of the whole request."""
        if self._key.bearer:
            return ((b"authorization", b"Bearer " + self._key.bearer.encode()),)
        return ()

    def request(self, call: Call, credential: str) -> WireRequest:
        """The upstream request, signed. A stream is a method of its own."""
        request = super().request(call, credential)
        if call.format is Format.CONVERSE and call.stream:
            request = msgspec.structs.replace(request, target=request.target + b"-stream")
        return self._signed(request, call.now_ms)

    def _signed(self, request: WireRequest, now_ms: int) -> WireRequest:
        return request if self._signing is None else sign(request, self._signing, now_ms)

    def dropped(self, call: Call) -> tuple[str, ...]:
        """Members of an embeddings request that have no place here."""
        return tuple(self.shape(dict(call.top), call)) if call.format is Format.EMBEDDINGS else ()

    def shape(self, members: dict[str, Any], call: Call) -> list[str]:
        """Makes the client's members the protocol's, in place; returns what ``dropped`` tells."""
        if call.format is Format.EMBEDDINGS:
            return write_embeddings(members, call.upstream_model)
        members.pop("model", None)
        members.pop("stream", None)
        if call.max_output is not None:
            _cap(members, call.max_output)
        if self.options["guardrail"]:
            wanted = {"guardrailIdentifier": self.options["guardrail"]}
            members["guardrailConfig"] = {**wanted, "guardrailVersion": self.options["guardrail_version"]}
        return []

    # Answers.

    def reply(self, call: Call, head: WireHead, body: bytes) -> Reply | Fault:
        """Reads a whole 2xx answer."""
        if call.format is not Format.EMBEDDINGS:
            return check_reply(body)
        told = read_vectors(head, body)
        return told if isinstance(told, Fault) else read_embeddings(call, head, told, self.vendor.errors)

    def stream(self, call: Call, head: WireHead) -> StreamParser | None:
        """A parser for a streamed 2xx answer; None when the body is JSON after all."""
        return None if is_whole(head) else PassedConverse()

    def error(self, call: Call, head: WireHead, body: bytes) -> Fault:
        """Reads a non-2xx answer."""
        return read_error(head, body, call.now_ms)

    # The models of the region.

    def models_request(self, credential: str) -> WireRequest:
        """As of the epoch: good for a bearer key alone."""
        return self.models_request_at(credential, 0)

    def models_request_at(self, credential: str, now_ms: int) -> WireRequest:
        """Asks the control plane, which lies beside the runtime, for the models; signed, so it needs the time."""
        origin = self.base.origin.replace(_RUNTIME, "bedrock", 1)
        headers = (*self.authorization(credential), *self._fixed)
        request = WireRequest(b"GET", origin, f"{self.base.path}/foundation-models".encode(), headers)
        return self._signed(request, now_ms)

    def models_reply(self, head: WireHead, body: bytes) -> tuple[str, ...] | Fault:
        """The ids of the models that converse or embed: of those that cannot be called by their own, the profile's."""
        if not 200 <= head.status < 300:
            return read_error(head, body)
        try:
            answer = _any.decode(body)
        except UNREADABLE:
            answer = None
        listed = answer.get("modelSummaries") if isinstance(answer, dict) else None
        if not isinstance(listed, list):
            return Fault(cause=Cause.SHAPE, message="the upstream's answer holds no list of models", status=head.status)
        names = (self._callable(one) for one in listed if isinstance(one, dict))
        return tuple(dict.fromkeys(name for name in names if name))

    def _callable(self, summary: dict[str, Any]) -> str:
        name, ways = summary.get("modelId"), summary.get("inferenceTypesSupported")
        if not isinstance(name, str) or not name:
            return ""
        if isinstance(ways, list) and ways and "ON_DEMAND" not in ways:
            geography = _GEOGRAPHIES.get(self._region.partition("-")[0])
            return f"{geography}.{name}" if geography and "INFERENCE_PROFILE" in ways else ""
        return name


def abilities_of(model: str) -> Abilities:
    """What a model can do, by its id, a profile's, or the ARN of either."""
    name = _PROFILE.sub("", model.rpartition("/")[2], count=1)
    maker, _, rest = name.partition(".")
    match maker:
        case "anthropic":
            return replace(claude_abilities(rest), own="claude", caching=True, portable=True)
        case "amazon" if rest.startswith("nova"):
            return Abilities(own="nova" if rest.startswith("nova-2") else "", caching=True)
        case "openai":
            return Abilities(own="gpt")
        case _:
            return Abilities()


def _home(region: str) -> str:
    china = ".cn" if region.startswith("cn-") else ""
    return f"https://{_RUNTIME}.{region}.amazonaws.com{china}"


def _cap(members: dict[str, Any], most: int) -> None:
    """Bounds the tokens to be generated."""
    try:
        config = _any.decode(members["inferenceConfig"]) if present(members, "inferenceConfig") else {}
    except UNREADABLE:
        return  # no configuration: the upstream will say so
    if isinstance(config, dict):
        members["inferenceConfig"] = {**config, "maxTokens": bounded(config.get("maxTokens"), most)}


bind = Bedrock
