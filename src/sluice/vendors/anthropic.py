"""Anthropic: its own Messages protocol (wires.md 2)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec

from sluice.base.wire import WireRequest
from sluice.catalog.abilities import model_abilities
from sluice.formats.anthropic.thinking import LEAST_BUDGET
from sluice.formats.codec import Abilities
from sluice.vendors.dialect import Call, ChannelSpec
from sluice.vendors.openai_like import OpenAiLike
from sluice.vendors.schema import Vendor
from sluice.vendors.turns import decoded

_VERSION = b"anthropic-version"
_DEFAULT_VERSION = b"2023-06-01"
"""Said where the client says none. The newer ``2026-10-21`` takes no sampling from any model, so it is used only by
clients that ask for it."""


class Anthropic(OpenAiLike):
    """A channel to the provider, or to a host that speaks as it does."""

    def request(self, call: Call, credential: str) -> WireRequest:
        """The client's version of the API travels; where it names none, the one that takes most."""
        request = super().request(call, credential)
        if any(name == _VERSION for name, _ in request.headers):
            return request
        return msgspec.structs.replace(request, headers=(*request.headers, (_VERSION, _DEFAULT_VERSION)))

    def shape(self, members: dict[str, Any], call: Call) -> list[str]:
        """As of every vendor; a limit set because money is short must leave the budget of thought below it."""
        told = super().shape(members, call)
        capped = call.max_output is not None and "thinking" in members
        return told + _fit_budget(members) if capped else told

    def dropped(self, call: Call) -> tuple[str, ...]:
        """What is left out or changed."""
        return tuple(self.shape(dict(call.top), call))

    def models_request(self, credential: str) -> WireRequest | None:
        """The list is paged; a page holds at most a thousand, and there are fewer."""
        request = super().models_request(credential)
        if request is None:
            return None
        headers = (*request.headers, (_VERSION, _DEFAULT_VERSION))
        return msgspec.structs.replace(request, target=request.target + b"?limit=1000", headers=headers)

    def abilities(self, model: str) -> Abilities:
        """Its proofs of thought are good at every account."""
        return replace(super().abilities(model), portable=True)


def claude_abilities(model: str) -> Abilities:
    """What a model can do, by the name its maker gives it."""
    return model_abilities(model)


def _fit_budget(members: dict[str, Any]) -> list[str]:
    """Shortens a budget that is not below ``max_tokens``; without room for the least one there is no thinking."""
    wanted = decoded(members, "thinking")
    limit = members["max_tokens"]
    if not isinstance(wanted, dict) or type(wanted.get("budget_tokens")) is not int or wanted["budget_tokens"] < limit:
        return []
    if limit <= LEAST_BUDGET:
        del members["thinking"]
        return ["thinking"]
    members["thinking"] = {**wanted, "budget_tokens": limit - 1}
    return [f"thinking.budget_tokens={limit - 1}"]


def bind(vendor: Vendor, spec: ChannelSpec) -> Anthropic:
    """The dialect of a channel."""
    return Anthropic(vendor, spec)
