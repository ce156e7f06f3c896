"""Google Vertex AI: one channel for a project and a region, in which three families of models speak three protocols.

The model's name tells the family: ``claude-...`` speaks Anthropic's, a name with its maker before a slash
(``meta/llama-...``) OpenAI's, any other Google's. Clients of the other protocols are served behind a bridge.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import msgspec

from sluice.base.errors import bad_request
from sluice.base.formats import Format
from sluice.base.outcome import Cause, Fault, Reply, StreamParser
from sluice.base.wire import WireHead, WireRequest
from sluice.formats.codecs import CODECS
from sluice.formats.gemini.errors import read_error
from sluice.vendors.bridge import speaker
from sluice.vendors.dialect import Call, ChannelSpec, Dialect, Further, Reporter
from sluice.vendors.quirks import UNREADABLE
from sluice.vendors.schema import Vendor, read_options
from sluice.vendors.unfit import Unfit
from sluice.vendors.urls import Base, has_version, take_apart
from sluice.vendors.vertex_families import ClaudeThere, GeminiThere, OpenThere, Place, Placed
from sluice.vendors.vertex_keys import VertexKey, is_access_token, read_key

_HOME = "https://aiplatform.googleapis.com"
_GLOBAL = "global"
_PASTED = re.compile(r"/projects/(?P<project>[^/]+)(?:/locations/(?P<region>[^/]+))?")
_PUBLISHED = "publishers/google/models/"
_OWN = ("publishers/", "endpoints/", "projects/", "google/")
_SERVED = (*CODECS, Format.EMBEDDINGS)
_NO_PROJECT = "the option 'project' is required: the key names no project"


class Vertex:
    """A Dialect of three. Raises Unfit, with a text for people, for what cannot be bound."""

    def __init__(self, vendor: Vendor, spec: ChannelSpec) -> None:
        key = read_key(vendor, spec.key)
        if not (key.minter or key.plain):
            raise Unfit(f"the provider {vendor.id!r} needs a key: {vendor.key.hint.en}", "key")
        self.spec = spec
        self.minter = key.minter
        place = find_place(vendor, spec, key)
        # Families see no account: a name for it tells whose proofs of thought are whose.
        inner = replace(spec, key=hashlib.sha256(spec.key.encode()).hexdigest())
        self._gemini = GeminiThere(_without(vendor, "gemini", "embeddings"), inner, place)
        self._families: dict[str, Placed] = {
            "gemini": self._gemini,
            "claude": ClaudeThere(_without(vendor, "anthropic"), inner, place),
            "open": OpenThere(_without(vendor, "openai_chat"), inner, place),
        }
        self._speakers: dict[tuple[str, Format], Dialect] = {
            (name, fmt): found
            for name, family in self._families.items()
            for fmt in _SERVED
            if (found := speaker(family, fmt)) is not None
        }

    def _speaker(self, fmt: Format, model: str) -> Dialect:
        """Who says a call of a client's protocol to a model."""
        found = self._speakers.get((family_of(model), fmt))
        if found is None:
            message = f"the model {model!r} does not offer {fmt.value}"
            raise bad_request("unsupported_format", message, "model")
        return found

    def serves(self, fmt: Format) -> bool:
        """Every protocol of conversation, and embeddings."""
        return fmt in _SERVED

    def url(self, fmt: Format, model: str) -> str:
        """The address a request will go to, to be shown to people."""
        family = self._families[family_of(model)]
        own = fmt if family.serves(fmt) else next(one for one in CODECS if family.serves(one))
        return family.url(own, model)

    def request(self, call: Call, credential: str) -> WireRequest:
        """The upstream request. Raises GatewayError 400 for what the model's family cannot carry."""
        return self._speaker(call.format, call.upstream_model).request(call, credential)

    def dropped(self, call: Call) -> tuple[str, ...]:
        """What is left out or changed."""
        said = self._speaker(call.format, call.upstream_model)
        return said.dropped(call) if isinstance(said, Reporter) else ()

    def split(self, call: Call) -> tuple[Call, ...] | None:
        """Embedding inputs in batches the model takes."""
        return self._gemini.split(call)

    def merge(self, call: Call, replies: Sequence[Reply]) -> Reply:
        """One embeddings answer from those to the batches."""
        return self._gemini.merge(call, replies)

    def reply(self, call: Call, head: WireHead, body: bytes) -> Reply | Fault | Further:
        """Reads a whole 2xx answer."""
        return self._speaker(call.format, call.upstream_model).reply(call, head, body)

    def stream(self, call: Call, head: WireHead) -> StreamParser | None:
        """A parser for a streamed 2xx answer."""
        return self._speaker(call.format, call.upstream_model).stream(call, head)

    def error(self, call: Call, head: WireHead, body: bytes) -> Fault:
        """Reads a non-2xx answer."""
        return self._gemini.error(call, head, body)

    def models_request(self, credential: str) -> WireRequest:
        """Asks for Google's own models; other makers' are listed nowhere (SDK google-genai, models.list)."""
        base = self._gemini.base
        root = base.path.partition("/projects/")[0].removesuffix("/v1")
        target = f"{root}/v1beta1/{_PUBLISHED.rstrip('/')}?pageSize=1000".encode()
        headers = (*self._gemini.authorization(credential), (b"user-agent", b"sluice"))
        return WireRequest(b"GET", base.origin, target, headers)

    def models_reply(self, head: WireHead, body: bytes) -> tuple[str, ...] | Fault:
        """The ids of the models, without the collection they stand in."""
        if not 200 <= head.status < 300:
            return read_error(head.status, head, body)
        try:
            answer = msgspec.json.decode(body)
        except UNREADABLE:
            answer = None
        listed = answer.get("publisherModels") if isinstance(answer, dict) else None
        if not isinstance(listed, list):
            return Fault(cause=Cause.SHAPE, message="the upstream's answer holds no list of models", status=head.status)
        names = (one.get("name") if isinstance(one, dict) else None for one in listed)
        found = (name.rpartition("/")[2] for name in names if isinstance(name, str))
        return tuple(dict.fromkeys(name for name in found if name))


def family_of(model: str) -> str:
    """Whose protocol a model speaks, by the upstream's name."""
    if model.startswith("claude-"):
        return "claude"
    return "open" if "/" in model and not model.startswith(_OWN) else "gemini"


def find_place(vendor: Vendor, spec: ChannelSpec, key: VertexKey) -> Place:
    """Where the models are: by the address if it says so, then the options, then the key.

    Raises Unfit, with a text for people, when the project is not known.
    """
    options = read_options(vendor, spec.options)
    given = spec.base_url.strip()
    typed = take_apart(_HOME if given.rstrip("/") in ("", *vendor.base_urls) else given, vendor)
    if typed.query:
        raise Unfit("the base URL must not have a query: leave out the '?' and what follows", "base_url")
    pasted = _pasted(typed.path)
    project = pasted["project"] or options["project"] or key.project
    region = pasted["region"] or options["region"] or key.region or _GLOBAL
    root = typed.path.partition("/projects/")[0].partition("/publishers/")[0]
    root = root if has_version(root) else f"{root}/v1"
    expires = key.minter is not None
    by_api_key = not (expires or is_access_token(key.plain))
    if not project:
        if not by_api_key:
            raise Unfit(_NO_PROJECT, "options.project")
        return Place(base=Base(typed.origin, root), by_api_key=True)
    origin = typed.origin if typed.origin != _HOME else _origin(region)
    base = Base(origin, f"{root}/projects/{project}/locations/{region}")
    return Place(base=base, by_api_key=by_api_key, expires=expires)


def _pasted(path: str) -> Mapping[str, str]:
    found = _PASTED.search(path)
    return {name: (found[name] or "") if found else "" for name in ("project", "region")}


def _origin(region: str) -> str:
    """Each region has a host of its own (SDK google-genai _api_client.py, SDK anthropic lib/vertex)."""
    if region == _GLOBAL:
        return _HOME
    if region in ("us", "eu"):
        return f"https://aiplatform.{region}.rep.googleapis.com"
    return f"https://{region}-aiplatform.googleapis.com"


def _without(vendor: Vendor, *formats: str) -> Vendor:
    """The vendor as one family knows it: with its own protocols alone."""
    paths = {fmt: path for fmt, path in vendor.paths.items() if fmt.value in formats}
    return msgspec.structs.replace(vendor, paths=paths)


bind = Vertex
