"""The configuration a worker relays by, as one immutable value, replaced whole when something changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network
from typing import Any

from sluice.accounting.pricing import PriceRow
from sluice.base.formats import Format
from sluice.vendors.bridge import Speaker
from sluice.vendors.dialect import ChannelSpec, Dialect, Reporter, Splitter


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One upstream account, bound to its dialect. ``weight`` below 1 counts as 1."""

    id: int
    name: str
    spec: ChannelSpec
    dialect: Dialect
    models: tuple[str, ...]
    priority: int = 0
    weight: int = 1
    groups: tuple[str, ...] = ("default",)
    enabled: bool = True
    proxy_url: str = ""
    splitter: Splitter | None = None
    """The dialect again, when it may send one call as several requests."""
    reporter: Reporter | None = None
    """The dialect again, when it may leave out what the client asked for."""
    bridges: Mapping[Format, Speaker] = field(default_factory=dict)
    """For each protocol the dialect does not speak: who says it in one that it does."""
    key_id: int = 0
    """Which of its keys it is bound to; 0 when it has but one."""
    stored_key: int = 0
    """The same, also where it has but one: what an upstream keeps is found by it, however many there are later."""
    ring: tuple[Channel, ...] = ()
    """The channel bound to each of its usable keys, in order; empty when there is nothing to choose (keys.py)."""
    speaks: frozenset[Format] = field(init=False)
    """The formats its dialect serves: asked for with every request, so they are found out once."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "speaks", frozenset(fmt for fmt in Format if self.dialect.serves(fmt)))

    def serves(self, fmt: Format) -> bool:
        """Whether it can answer the format, by itself or by a bridge."""
        return fmt in self.speaks or fmt in self.bridges


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Who tokens belong to; ``group`` decides channels and the price multiplier."""

    id: int
    name: str
    role: str
    enabled: bool
    group: str
    account_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A client's credential. ``accounts`` are all a request of it reserves on: its user's, and its own when limited."""

    id: int
    name: str
    user: User
    enabled: bool
    accounts: tuple[int, ...]
    models: frozenset[str] | None = None
    addresses: tuple[IPv4Network | IPv6Network, ...] | None = None
    requests_per_minute: int | None = None
    expires_ms: int | None = None
    always_usage: bool = False
    management: bool = False


Tier = tuple[Channel, ...]
"""Channels of one priority."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """``routes`` maps (group, exact model) to tiers, highest priority first, enabled channels only; ``known`` holds
    every (group, model) that any channel lists, enabled or not, so that 404 and 503 can be told apart."""

    revision: int
    tokens: Mapping[bytes, Token]
    """By SHA-256 of the key without its ``sk-``."""
    routes: Mapping[tuple[str, str], tuple[Tier, ...]]
    known: frozenset[tuple[str, str]]
    multipliers: Mapping[str, int]
    """Group name -> price multiplier in millionths."""
    prices: Mapping[str, PriceRow]
    """Exact model name -> price; ``*`` is the default for models without one."""
    channels: Mapping[int, Channel] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)


def index_routes(
    channels: Iterable[Channel],
) -> tuple[dict[tuple[str, str], tuple[Tier, ...]], frozenset[tuple[str, str]]]:
    """The ``routes`` and ``known`` of a snapshot."""
    by_pair: dict[tuple[str, str], list[Channel]] = {}
    known: set[tuple[str, str]] = set()
    for channel in channels:
        for group in channel.groups:
            for model in dict.fromkeys((*channel.models, *channel.spec.model_mapping)):
                known.add((group, model))
                if channel.enabled:
                    by_pair.setdefault((group, model), []).append(channel)
    routes = {}
    for pair, members in by_pair.items():
        priorities = sorted({c.priority for c in members}, reverse=True)
        routes[pair] = tuple(tuple(c for c in members if c.priority == p) for p in priorities)
    return routes, frozenset(known)
