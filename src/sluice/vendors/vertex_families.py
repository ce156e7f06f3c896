"""The three families of models on Vertex AI, each with the protocol of its maker (wires.md 2.5, 3.4).

Sources: SDK google-genai 3.4 (models.py), SDK anthropic 2.12 (lib/vertex), Google's pages on its OpenAI-compatible
endpoint (https://cloud.google.com/vertex-ai/generative-ai/docs/migrate/openai/overview).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

import msgspec

from sluice.base.formats import Format
from sluice.base.outcome import Cause, Fault, Reply
from sluice.base.wire import Header, WireHead, WireRequest
from sluice.formats.codec import Abilities
from sluice.formats.gemini.errors import read_error
from sluice.vendors.answers import read_embeddings
from sluice.vendors.anthropic import Anthropic
from sluice.vendors.dialect import Call, ChannelSpec
from sluice.vendors.gemini import Gemini
from sluice.vendors.openai_like import OpenAiLike
from sluice.vendors.quirks import UNREADABLE, encode, fits, present, refuse_token_ids
from sluice.vendors.schema import Vendor
from sluice.vendors.turns import left_out
from sluice.vendors.urls import Base

Json = dict[str, Any]

_any = msgspec.json.Decoder()

_PREDICTED = ("gemini-embedding-001", "gemini-embedding-exp*")
"""Of Gemini's embedding models, those that are asked by ``:predict``, as all others are."""
_CONTENT = "gemini*"
_EMBED_CARRIED = frozenset({"model", "input", "dimensions", "encoding_format", "task_type", "title"})
_CLAUDE_VERSION = "vertex-2023-10-16"
_OLDEST = "2023-06-01"
"""What SDKs send where Vertex wants its own word for the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a channel's models are. ``base`` ends with the location, or with the version where an API key stands for
    project and location. ``expires``: credentials are minted, and a refused one may just be too old."""

    base: Base
    by_api_key: bool = False
    expires: bool = False


class Placed(OpenAiLike):
    """A family of models at one place."""

    def __init__(self, vendor: Vendor, spec: ChannelSpec, place: Place) -> None:
        self._place = place
        super().__init__(vendor, spec)

    def find_base(self) -> Base:
        """The place."""
        return self._place.base

    def authorization(self, credential: str) -> tuple[Header, ...]:
        """An access token, or an API key."""
        name, start = (b"x-goog-api-key", b"") if self._place.by_api_key else (b"authorization", b"Bearer ")
        return ((name, start + credential.encode()),) if credential else ()

    def error(self, call: Call, head: WireHead, body: bytes) -> Fault:
        """Reads a non-2xx answer: Google's own words, whatever the protocol."""
        fault = read_error(head.status, head, body, call.now_ms)
        if head.status == 401 and self._place.expires:
            return replace(fault, cause=Cause.CREDENTIAL)
        return fault


class GeminiThere(Placed, Gemini):
    """Google's own models: generateContent, and embeddings."""

    def target(self, fmt: Format, model: str) -> bytes:
        """Published models by their name; tuned ones by their endpoint (``endpoints/123``)."""
        name = quote(model, safe="/-._~@")
        resource = name if "/" in name else f"publishers/google/models/{name}"
        if fmt is Format.EMBEDDINGS:
            return f"{self.base.path}/{resource}:{'embedContent' if _by_content(model) else 'predict'}".encode()
        return f"{self.base.path}/{resource}:generateContent".encode()

    def shape(self, members: dict[str, Any], call: Call) -> list[str]:
        """As of the Gemini API; here every content must say whose it is."""
        if call.format is Format.EMBEDDINGS:
            refuse_token_ids(members)
            body = _embed(members, call.upstream_model)
            told = left_out(members, _EMBED_CARRIED)
            members.clear()
            members.update(body)
            return told
        told = super().shape(members, call)
        contents = members.get("contents")
        if isinstance(contents, msgspec.Raw) and b'"role"' not in bytes(contents):
            members["contents"] = _with_roles(contents)
        return told

    def reply(self, call: Call, head: WireHead, body: bytes) -> Reply | Fault:
        """Reads a whole 2xx answer."""
        if call.format is not Format.EMBEDDINGS:
            return super().reply(call, head, body)
        told = _vectors(body)
        return told if isinstance(told, Fault) else read_embeddings(call, head, told, self.vendor.errors)


class ClaudeThere(Placed, Anthropic):
    """Anthropic's models: Messages, with model and stream in the path and the version in the body."""

    def target(self, fmt: Format, model: str) -> bytes:
        """A published model."""
        return f"{self.base.path}/publishers/anthropic/models/{quote(model, safe='-._~@')}:rawPredict".encode()

    def request(self, call: Call, credential: str) -> WireRequest:
        """A stream is a method of its own."""
        request = OpenAiLike.request(self, call, credential)
        if call.stream:
            return msgspec.structs.replace(request, target=request.target.replace(b":rawPredict", b":streamRawPredict"))
        return request

    def shape(self, members: dict[str, Any], call: Call) -> list[str]:
        """The version a newer client asked for travels; any other is Vertex's own."""
        told = super().shape(members, call)
        del members["model"]
        asked = next((value.decode("latin-1") for name, value in call.headers if name == b"anthropic-version"), "")
        newer = asked and asked != _OLDEST
        members.setdefault("anthropic_version", asked if newer else _CLAUDE_VERSION)
        return told

    def abilities(self, model: str) -> Abilities:
        """By the name without its date (``claude-sonnet-4@20250514``)."""
        return super().abilities(model.partition("@")[0])


class OpenThere(Placed):
    """Models of other makers (``meta/llama-4-maverick-17b-128e-instruct-maas``): chat completions."""

    def target(self, fmt: Format, model: str) -> bytes:
        """One endpoint for all."""
        return f"{self.base.path}/endpoints/openapi/chat/completions".encode()


def _by_content(model: str) -> bool:
    return fits(model, (_CONTENT,)) and not fits(model, _PREDICTED)


def _with_roles(contents: msgspec.Raw) -> Any:
    try:
        given = _any.decode(contents)
    except UNREADABLE:
        return contents
    if not isinstance(given, list):
        return contents
    return [{"role": "user", **content} if isinstance(content, dict) else content for content in given]


def _embed(members: dict[str, Any], model: str) -> Json:
    given = _any.decode(bytes(members.get("input", b"null")))
    texts = given if isinstance(given, list) else [given]
    size = {"outputDimensionality": members["dimensions"]} if present(members, "dimensions") else {}
    title = {"title": members["title"]} if present(members, "title") else {}
    if _by_content(model):
        task = {"taskType": members["task_type"]} if present(members, "task_type") else {}
        wishes = {**task, **title, **size}
        parts = [{"text": text} for text in texts]
        content = {"content": {"role": "user", "parts": parts}}
        return {**content, "embedContentConfig": wishes} if wishes else content
    task = {"task_type": members["task_type"]} if present(members, "task_type") else {}
    instances = [{"content": text, **task, **title} for text in texts]
    return {"instances": instances, "parameters": size} if size else {"instances": instances}


def _vectors(body: bytes) -> bytes | Fault:
    """The vectors of either method as an embeddings answer in OpenAI's shape, with their tokens."""
    try:
        answer = _any.decode(body)
    except UNREADABLE:
        answer = None
    answer = answer if isinstance(answer, dict) else {}
    rows = [answer["embedding"]] if "embedding" in answer else _predicted(answer.get("predictions"))
    if not rows or not all(isinstance(row, dict) and "values" in row for row in rows):
        if answer.get("error"):
            return read_error(200, WireHead(200), body)
        return Fault(cause=Cause.SHAPE, message="the upstream's answer holds no embeddings", status=200)
    data = [{"object": "embedding", "embedding": row["values"], "index": at} for at, row in enumerate(rows)]
    usage = answer.get("usageMetadata")
    counted = usage.get("promptTokenCount") if isinstance(usage, dict) else _counted(rows)
    told = {"usage": {"prompt_tokens": counted, "total_tokens": counted}} if isinstance(counted, int) else {}
    return encode({"object": "list", "data": data, **told})


def _predicted(given: Any) -> list[Any]:
    rows = given if isinstance(given, list) else []
    return [row.get("embeddings") if isinstance(row, dict) else None for row in rows]


def _counted(rows: list[Json]) -> int | None:
    """Tokens are told row by row, as numbers with a fraction."""
    total = 0
    for row in rows:
        told = row.get("statistics")
        count = told.get("token_count") if isinstance(told, dict) else None
        if isinstance(count, bool) or not isinstance(count, int | float) or not 0 <= count < 1e12:
            return None
        total += int(count)
    return total
