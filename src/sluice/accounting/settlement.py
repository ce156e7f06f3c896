"""What a finished request leaves behind, and the one table that decides what is charged."""

from __future__ import annotations

import msgspec

from sluice.base.usage import Usage


class AttemptRecord(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One try at one channel; columns of the attempts table. ``choice``: why the channel was chosen (routing/plan.py);
    empty in journals from before it was noted."""

    channel_id: int
    started_ms: int
    head_ms: int
    duration_ms: int
    status: int
    outcome: str
    message: str
    key_id: int = 0
    """Which of the channel's keys; 0 when it has but one."""
    choice: tuple[int, ...] = ()


class Settlement(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A request's row, its attempts and its charges: one record of the journal, applied to the database once (``id``).

    ``charges`` lists (account id, nano-dollars to take, >= 0). Field meanings: storage/tables.py ``requests``.
    """

    id: str
    created_ms: int
    user_id: int
    token_id: int
    group_name: str
    format: str
    model: str
    upstream_model: str
    channel_id: int
    stream: bool
    status: int
    error_code: str
    rule: str
    matched_ms: int
    forwarded_ms: int
    first_ms: int
    duration_ms: int
    usage: Usage
    charge_nano: int
    price_id: int
    multiplier_ppm: int
    address: str
    client: str
    dropped: tuple[str, ...]
    attempts: tuple[AttemptRecord, ...]
    charges: tuple[tuple[int, int], ...]
