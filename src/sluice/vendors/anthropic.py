"""Anthropic: its own Messages protocol, and what its models can do (wires.md 2; docs of the provider's models page)."""

from __future__ import annotations

from dataclasses import replace

from sluice.base.wire import WireRequest
from sluice.formats.codec import Abilities
from sluice.vendors.dialect import Call, ChannelSpec
from sluice.vendors.openai_like import OpenAiLike
from sluice.vendors.quirks import fits
from sluice.vendors.schema import Vendor

_VERSION = b"anthropic-version"
_DEFAULT_VERSION = b"2023-06-01"
"""Said where the client says none. The newer ``2026-10-21`` takes no sampling from any model, so it is used only by
clients that ask for it."""

_MODELS: tuple[tuple[tuple[str, ...], Abilities], ...] = (
    (("claude-3-7*",), Abilities(max_output=64_000)),
    (("claude-3-5*",), Abilities(max_output=8192)),
    (("claude-3*", "claude-2*", "claude-instant*"), Abilities(max_output=4096)),
    (("claude-opus-4-1*", "claude-opus-4-20*", "claude-opus-4"), Abilities(max_output=32_000)),
    (("claude-*-4-5*", "claude-sonnet-4-20*", "claude-sonnet-4"), Abilities(max_output=64_000)),
    (("claude-*-4-6*",), Abilities(max_output=128_000, adaptive=True)),
    (("claude-*",), Abilities(max_output=128_000, adaptive=True, sampling=False)),
)
"""By the upstream's name, the first that fits. A host that serves other models under this protocol is taken to know
budgets of thought and sampling."""


class Anthropic(OpenAiLike):
    """A channel to the provider, or to a host that speaks as it does."""

    def request(self, call: Call, credential: str) -> WireRequest:
        """The client's version of the API travels; where it names none, the one that takes most."""
        request = super().request(call, credential)
        if any(name == _VERSION for name, _ in request.headers):
            return request
        return replace(request, headers=(*request.headers, (_VERSION, _DEFAULT_VERSION)))

    def models_request(self, credential: str) -> WireRequest | None:
        """The list is paged; a page holds at most a thousand, and there are fewer."""
        request = super().models_request(credential)
        if request is None:
            return None
        headers = (*request.headers, (_VERSION, _DEFAULT_VERSION))
        return replace(request, target=request.target + b"?limit=1000", headers=headers)

    def abilities(self, model: str) -> Abilities:
        """What a model can do, by its name."""
        return next((able for names, able in _MODELS if fits(model, names)), Abilities())


def bind(vendor: Vendor, spec: ChannelSpec) -> Anthropic:
    """The dialect of a channel."""
    return Anthropic(vendor, spec)
