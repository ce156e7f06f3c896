"""The record of one request while it is being served: everything its settlement will say."""

from __future__ import annotations

from itertools import repeat

import msgspec

from sluice.accounting.pricing import PriceRow, Rates, charge
from sluice.accounting.settlement import AttemptRecord, Settlement
from sluice.base.outcome import StreamParser
from sluice.base.text import LONGEST_MODEL, storable
from sluice.base.usage import NO_USAGE, Usage
from sluice.relay.inbound import Inbound
from sluice.routing.plan import Choice
from sluice.routing.snapshot import Channel, Snapshot
from sluice.routing.verdict import Tried

FREE = PriceRow(id=0, model="", rates=Rates())
"""The price when not even a default price is stored."""

_MESSAGE_LIMIT = 500
_CODE_LIMIT = 128
_CLIENT_LIMIT = 120


class Timing(msgspec.Struct):
    """Monotonic seconds of one attempt. ``head_at`` is 0 until a head came; ``status`` is that of the answer."""

    started: float
    head_at: float = 0.0
    status: int = 0


class Job:
    """One request in hand. Times it keeps are milliseconds since the request's arrival."""

    __slots__ = (
        "attempts",
        "channel",
        "choice",
        "committed",
        "dropped",
        "first_ms",
        "forwarded_ms",
        "inbound",
        "matched_ms",
        "max_output",
        "multiplier",
        "parser",
        "price",
        "reserved",
        "sent",
        "settled",
        "snapshot",
        "timing",
        "tried",
        "upstream_model",
    )

    def __init__(self, inbound: Inbound, snapshot: Snapshot) -> None:
        self.inbound = inbound
        self.snapshot = snapshot
        self.attempts: list[AttemptRecord] = []
        self.tried: list[Tried] = []
        self.channel: Channel | None = None
        self.choice: Choice = ()
        self.upstream_model = ""
        self.price = FREE
        self.multiplier = snapshot.multipliers.get(inbound.token.user.group, 1_000_000)
        self.reserved = 0
        self.max_output: int | None = None
        self.matched_ms = 0
        self.forwarded_ms = 0
        self.first_ms = 0
        self.sent = False
        self.timing: Timing | None = None
        self.committed = False
        self.parser: StreamParser | None = None
        self.settled = False
        self.dropped: tuple[str, ...] = ()

    def choose(self, channel: Channel, choice: Choice) -> None:
        """Notes the channel about to be tried, why it is, and the price it implies: that of the name the client asked
        for, else of the name the channel maps it to, else the default."""
        model = self.inbound.model
        self.channel = channel
        self.choice = choice
        self.upstream_model = upstream = channel.spec.model_mapping.get(model, model)
        prices = self.snapshot.prices
        self.price = prices.get(model) or prices.get(upstream) or prices.get("*") or FREE

    def connected(self) -> None:
        """From now on an upstream may have received the request."""
        self.sent = True

    def so_far(self) -> tuple[Usage, int]:
        """The usage the open stream has told, and the bytes of text it has brought."""
        parser = self.parser
        return (NO_USAGE, 0) if parser is None else (parser.usage, parser.output_bytes)

    def since(self, now: float) -> int:
        """Milliseconds from the request's arrival to ``now`` (monotonic seconds)."""
        return int((now - self.inbound.started) * 1000)

    def note_attempt(self, now: float, status: int, outcome: str, message: str) -> None:
        """Ends the attempt in hand and adds it to the record; ``now`` is monotonic seconds."""
        assert self.channel is not None
        assert self.timing is not None
        started, head_at = self.timing.started, self.timing.head_at
        self.timing = None
        self.attempts.append(
            AttemptRecord(
                self.channel.id,
                int((started - self.inbound.started) * 1000),
                int((head_at - started) * 1000) if head_at else 0,
                int((now - started) * 1000),
                status,
                outcome,
                storable(message, _MESSAGE_LIMIT) if message else "",
                self.channel.key_id,
                self.choice,
            )
        )

    def settlement(
        self, now: float, status: int, error_code: str, rule: str, usage: Usage, charged: bool
    ) -> Settlement:
        """The record of the request as it ended. ``charged`` says whether the usage is to be paid for."""
        inbound = self.inbound
        model = upstream_model = storable(inbound.model, LONGEST_MODEL)
        if self.upstream_model != inbound.model:
            upstream_model = storable(self.upstream_model, LONGEST_MODEL)
        amount = charge(self.price.rates, usage, self.multiplier) if charged else 0
        # The channel whose answer, or part of one, the client got or pays for; 0 for none.
        last = self.attempts[-1] if self.attempts else None
        served_by = last.channel_id if last and (self.committed or amount or last.outcome == "ok") else 0
        return Settlement(
            inbound.id,
            inbound.created_ms,
            inbound.token.user.id,
            inbound.token.id,
            inbound.token.user.group,
            inbound.format,
            model,
            upstream_model,
            served_by,
            inbound.stream,
            status,
            storable(error_code, _CODE_LIMIT) if error_code else "",
            rule,
            self.matched_ms,
            self.forwarded_ms,
            self.first_ms,
            int((now - inbound.started) * 1000),
            usage,
            amount,
            self.price.id if amount else 0,
            self.multiplier,
            inbound.address,
            storable(inbound.client, _CLIENT_LIMIT),
            self.dropped,
            tuple(self.attempts),
            tuple(zip(inbound.token.accounts, repeat(amount), strict=False)) if amount else (),
        )
