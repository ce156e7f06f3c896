"""Lists of models, in the shapes upstreams give them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from sluice.base.outcome import Cause, Fault
from sluice.base.wire import WireHead
from sluice.formats.openai_chat.errors import fault_from
from sluice.vendors.quirks import UNREADABLE

_any = msgspec.json.Decoder()
_NAMES = ("id", "model", "name")


def read_models(head: WireHead, body: bytes, codes: Mapping[str, Cause]) -> tuple[str, ...] | Fault:
    """Model ids in the upstream's order, each once.

    Understood: ``{"data": [{"id"}]}`` (OpenAI), ``{"models": [{"name"}]}`` (Ollama), a bare list of either or of
    strings.
    """
    if not 200 <= head.status < 300:
        return fault_from(head.status, head, body, code_map=codes)
    try:
        value = _any.decode(body)
    except UNREADABLE:
        return Fault(cause=Cause.SHAPE, message="the upstream's list of models is no JSON", status=head.status)
    items = value
    if isinstance(value, dict):
        items = value.get("data") if isinstance(value.get("data"), list) else value.get("models")
    if not isinstance(items, list):
        fault = fault_from(head.status, head, body, code_map=codes)
        if fault.code:
            return fault
        return Fault(cause=Cause.SHAPE, message="the upstream's answer holds no list of models", status=head.status)
    return tuple(dict.fromkeys(name for name in map(_name, items) if name))


def _name(item: Any) -> str:
    if isinstance(item, dict):
        item = next((item[key] for key in _NAMES if isinstance(item.get(key), str)), "")
    return item if isinstance(item, str) else ""
