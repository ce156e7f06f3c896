"""Baidu Qianfan: v2 is OpenAI-shaped, v1 (qianfan_v1.py) is not; the channel's key or its option ``api`` says which."""

from __future__ import annotations

from sluice.vendors.dialect import ChannelSpec
from sluice.vendors.openai_like import OpenAiLike
from sluice.vendors.qianfan_v1 import HOME, QianfanV1
from sluice.vendors.schema import Vendor
from sluice.vendors.unfit import Unfit


def bind(vendor: Vendor, spec: ChannelSpec) -> OpenAiLike:
    """The dialect of a channel. ``auto``: v1 for keys of two halves and for v1's own address."""
    api = spec.options.get("api", "").strip() or "auto"
    halves = "|" in spec.key
    if api == "v1" or (api == "auto" and (halves or spec.base_url.strip().startswith(HOME))):
        return QianfanV1(vendor, spec)
    if halves:
        raise Unfit("v2 takes one key (bce-v3/ALTAK-...); a key of the form APIKey|SecretKey is one of v1", "key")
    return OpenAiLike(vendor, spec)
