"""IBM watsonx.ai: nearly OpenAI's chat, with tokens from IBM's IAM, a project in the body and a dated version.

A stream has an address of its own; the model's member is ``model_id``; a choice of tools is ``tool_choice_option`` when
it is a word; tools' schemas must be plain. A deployment (``deployment/ID``) knows its model and its project. Sources:
https://ibm.com/watsonx/developer/get-started/quick-start (exchange), https://cloud.ibm.com/apidocs/watsonx-ai#text-chat,
LiteLLM 1.110.2 (llms/watsonx); that a refused key is told by ``errorCode`` is [unverified].
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from sluice.base.formats import Format
from sluice.base.outcome import Cause, Fault
from sluice.base.wire import Header, WireHead, WireRequest
from sluice.vendors.dialect import Call, ChannelSpec, Minted
from sluice.vendors.listing import read_models
from sluice.vendors.oauth import read_token
from sluice.vendors.openai_like import OpenAiLike
from sluice.vendors.parts import AGENT
from sluice.vendors.quirks import UNREADABLE, encode
from sluice.vendors.schema import Vendor
from sluice.vendors.unfit import Unfit
from sluice.vendors.urls import Typed, take_apart

HOUR_S = 3600
_GRANT = "urn:ibm:params:oauth:grant-type:apikey"
_FORM: Header = (b"content-type", b"application/x-www-form-urlencoded")
_ACCEPT: Header = (b"accept", b"application/json")
_DEPLOYMENT = "deployment/"
_WORDS = ("auto", "none", "required")


class IamMinter:
    """Buys access tokens (good for an hour) with an API key."""

    def __init__(self, key: str, service: Typed) -> None:
        self._key = key.strip()
        self._service = service

    def exchange(self, now_ms: int) -> WireRequest | Minted:
        """The request to the token service."""
        form = urlencode({"grant_type": _GRANT, "apikey": self._key}).encode()
        target = self._service.path.encode()
        return WireRequest(b"POST", self._service.origin, target, (_FORM, _ACCEPT, AGENT), form)

    def accept(self, head: WireHead, body: bytes, now_ms: int) -> Minted | Fault:
        """The token. A key nobody knows is refused with a 400."""
        told = read_token(head, body, now_ms, HOUR_S)
        if isinstance(told, Fault) and head.status == 400:
            return replace(told, cause=Cause.AUTH)
        return told


class Watsonx(OpenAiLike):
    """One API key in one project or space. Raises ValueError when neither is named."""

    def __init__(self, vendor: Vendor, spec: ChannelSpec) -> None:
        super().__init__(vendor, spec)
        self._place = {f"{name}_id": self.options[name] for name in ("project", "space") if self.options[name]}
        if len(self._place) == 2:
            raise Unfit("a channel has a project or a space, not both", None)
        try:
            service = take_apart(self.options["iam_url"], vendor)
        except ValueError:
            raise Unfit("the option 'iam_url' is no address", "options.iam_url") from None
        self.minter = IamMinter(spec.key, service)
        self._query = f"?version={self.options['api_version']}"

    # Requests.

    def target(self, fmt: Format, model: str) -> bytes:
        """The address of the model's chat, or of the deployment's."""
        return self._address(model, stream=False)

    def _address(self, model: str, *, stream: bool) -> bytes:
        name = model.removeprefix(_DEPLOYMENT)
        place = "" if name == model else f"/deployments/{quote(name, safe='')}"
        path = f"{self.base.path}{place}{self.vendor.paths[Format.OPENAI_CHAT]}"
        return f"{path}{'_stream' if stream else ''}{self._query}".encode()

    def request(self, call: Call, credential: str) -> WireRequest:
        """The upstream request; a stream is asked for by its address."""
        asked = super().request(call, credential)
        return (
            msgspec.structs.replace(asked, target=self._address(call.upstream_model, stream=True))
            if call.stream
            else asked
        )

    def shape(self, members: dict[str, Any], call: Call) -> list[str]:
        """Puts the model and its place by their names here, and makes tools plain."""
        told = super().shape(members, call)
        del members["model"]
        members.pop("stream", None)
        if not call.upstream_model.startswith(_DEPLOYMENT):
            members["model_id"] = call.upstream_model
            members.update(self._place)
        if "tools" in members and _plain(members):
            told.append("tools.function.strict")
        choice = bytes(members.get("tool_choice", b""))
        if choice[1:-1].decode("utf-8", "replace") in _WORDS:
            members["tool_choice_option"] = members.pop("tool_choice")
        return told

    def dropped(self, call: Call) -> tuple[str, ...]:
        """Members that are left out, and what schemas of tools lose."""
        return tuple(self.shape(dict(call.top), call)) if call.format is Format.OPENAI_CHAT else ()

    # The list of models.

    def models_target(self) -> bytes:
        """The models the region serves, as many as a page may hold."""
        return f"{self.base.path}{self.vendor.models_path}{self._query}&limit=200".encode()

    def models_reply(self, head: WireHead, body: bytes) -> tuple[str, ...] | Fault:
        """The ids, told as ``resources``."""
        try:
            said = msgspec.json.decode(body)
        except UNREADABLE:
            said = None
        rows = said.get("resources") if isinstance(said, dict) else None
        if isinstance(rows, list):
            body = encode([row.get("model_id") for row in rows if isinstance(row, dict)])
        return read_models(head, body, self.vendor.errors)


def _plain(members: dict[str, Any]) -> bool:
    """Takes what watsonx refuses out of the tools; whether there was anything."""
    try:
        tools = msgspec.json.decode(bytes(members["tools"]))
    except UNREADABLE:
        return False
    cleaned = _without(tools)
    if cleaned == tools:
        return False
    members["tools"] = cleaned
    return True


def _without(value: Any) -> Any:
    if isinstance(value, list):
        return [_without(item) for item in value]
    if isinstance(value, dict):
        return {key: _without(item) for key, item in value.items() if not _refused(key, item)}
    return value


def _refused(key: str, value: Any) -> bool:
    """``strict`` and ``additionalProperties`` as flags; a property of that name has a schema, and stays."""
    return key in ("strict", "additionalProperties") and isinstance(value, bool)


bind = Watsonx
