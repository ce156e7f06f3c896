"""Alibaba DashScope: the compatible endpoint, and DashScope's own API for what that does not serve.

By the model's name: older rerankers, embeddings of several kinds of content, pictures (a job that is asked after, or an
answer at once), and speech (an address to fetch it from). Sources: SDK dashscope 2.0.2,
https://help.aliyun.com/zh/model-studio; what is said of single models' answers is of those pages.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlsplit

import msgspec

from sluice.base.formats import Format
from sluice.base.outcome import Cause, Fault, Reply, StreamParser
from sluice.base.wire import WireHead, WireRequest
from sluice.formats.openai_chat.errors import fault_from
from sluice.vendors import dashscope_forms as forms
from sluice.vendors.dialect import Call, ChannelSpec, Further
from sluice.vendors.openai_like import OpenAiLike
from sluice.vendors.quirks import UNREADABLE, encode
from sluice.vendors.schema import Vendor
from sluice.vendors.urls import beside

_any = msgspec.json.Decoder()

_ASYNC = (b"x-dashscope-async", b"enable")
_FILES = ".aliyuncs.com"
"""Where results lie; an address elsewhere is not fetched."""
_PAUSE = 2.0
"""Seconds between two questions after a job, as the vendor's examples have it."""


class DashScope(OpenAiLike):
    """A channel to one region."""

    def _own(self, path: str) -> str:
        """A path of DashScope's own API, which lies beside the compatible one."""
        return beside(self.base, self.vendor, "/api/v1" + path)

    def target(self, fmt: Format, model: str) -> bytes:
        """DashScope's own path for what the compatible endpoint does not serve."""
        form = forms.form_of(fmt, model)
        return super().target(fmt, model) if form is None else self._own(form.path).encode()

    # Requests.

    def request(self, call: Call, credential: str) -> WireRequest:
        """Jobs are asked for by a header."""
        asked = super().request(call, credential)
        form = forms.form_of(call.format, call.upstream_model)
        return (
            msgspec.structs.replace(asked, headers=(*asked.headers, _ASYNC)) if form is not None and form.job else asked
        )

    def dropped(self, call: Call) -> tuple[str, ...]:
        """What has no place in a form of DashScope's own."""
        if forms.form_of(call.format, call.upstream_model) is None:
            return super().dropped(call)
        return tuple(self.shape(dict(call.top), call))

    def shape(self, members: dict[str, Any], call: Call) -> list[str]:
        """Puts DashScope's own form in the place of the client's members."""
        form = forms.form_of(call.format, call.upstream_model)
        if form is None:
            return super().shape(members, call)
        said, told = form.say(members)
        members.clear()
        members.update({"model": call.upstream_model, **said})
        return told

    # Answers.

    def reply(self, call: Call, head: WireHead, body: bytes) -> Reply | Fault | Further:  # type: ignore[override]
        """A whole answer; or where to ask next."""
        form = forms.form_of(call.format, call.upstream_model)
        if form is None:
            return super().reply(call, head, body)
        said = _object(body)
        output = said.get("output")
        if not isinstance(output, dict):
            return self._fault(body)
        if form.job:
            return self.job(call, said, output)
        if call.format is Format.SPEECH:
            return self._sound(output, body)
        told = form.hear(said, output, call.now_ms // 1000)
        return told if isinstance(told, Fault) else super().reply(call, head, encode(told))

    def _fault(self, body: bytes) -> Fault:
        fault = fault_from(200, WireHead(200), body, code_map=self.vendor.errors)
        known = fault.code or fault.message
        return fault if known else Fault(cause=Cause.SHAPE, message="the upstream's answer holds no output", status=200)

    def job(self, call: Call, said: dict[str, Any], output: dict[str, Any]) -> Reply | Fault | Further:
        """Reads one report of a job."""
        status, identity = output.get("task_status"), output.get("task_id")
        if status == "SUCCEEDED":
            told = forms.job_pictures(output, call.now_ms // 1000)
            if isinstance(told, Fault):
                return told
            head = WireHead(200, [(b"content-type", b"application/json")])
            return super().reply(call, head, encode(told))
        if status not in ("PENDING", "RUNNING", "SUSPENDED", "PRE-PROCESSING") or not isinstance(identity, str):
            return self._fault(encode({"code": output.get("code") or status, "message": output.get("message")}))
        task = self._own(f"/tasks/{quote(identity, safe='')}")
        headers = (*self.authorization(self.spec.key), *self._fixed)
        ask = WireRequest(b"GET", self.base.origin, task.encode(), headers)
        give_up = WireRequest(b"POST", self.base.origin, f"{task}/cancel".encode(), headers)
        return Further(request=ask, reader=self, pause=_PAUSE, abandon=give_up)

    def _sound(self, output: dict[str, Any], body: bytes) -> Fault | Further:
        """The address a spoken text lies at; it is told no key."""
        audio = output.get("audio")
        address = audio.get("url") if isinstance(audio, dict) else None
        if not isinstance(address, str) or not address:
            return self._fault(body)
        parts = urlsplit(address)
        own = f"{parts.scheme}://{parts.netloc}".lower() == self.base.origin
        if not own and not (parts.hostname or "").endswith(_FILES):
            return Fault(cause=Cause.SHAPE, message="the upstream names a foreign address for its result", status=200)
        origin = self.base.origin if own else f"https://{parts.hostname}"
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        request = WireRequest(b"GET", origin, target.encode("ascii", "ignore"), self._fixed)
        return Further(request=request, reader=_Fetching(self))


class _Fetching:
    """Reads a result from where it lies."""

    def __init__(self, dialect: DashScope) -> None:
        self._dialect = dialect

    def reply(self, call: Call, head: WireHead, body: bytes) -> Reply | Fault | Further:
        return OpenAiLike.reply(self._dialect, call, head, body)

    def stream(self, call: Call, head: WireHead) -> StreamParser | None:
        return None

    def error(self, call: Call, head: WireHead, body: bytes) -> Fault:
        return self._dialect.error(call, head, body)


def _object(body: bytes) -> dict[str, Any]:
    try:
        said = _any.decode(body)
    except UNREADABLE:
        return {}
    return said if isinstance(said, dict) else {}


def bind(vendor: Vendor, spec: ChannelSpec) -> DashScope:
    """The dialect of a channel."""
    return DashScope(vendor, spec)
