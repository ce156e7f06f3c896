"""Keeps the snapshot: applies the rows that changed, binds channels to their dialects, replaces the snapshot whole."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from ipaddress import ip_network

import structlog

from sluice.accounting.pricing import PriceRow
from sluice.routing.snapshot import Channel, Snapshot, Token, User, index_routes
from sluice.storage.keychain import ClearKey
from sluice.storage.load import Changes, ChannelRow, TokenRow, UserRow
from sluice.vendors.bridge import bridges
from sluice.vendors.dialect import ChannelSpec, Dialect, Reporter, Splitter
from sluice.vendors.registry import bind_each

_log = structlog.get_logger("sluice.keeper")

EMPTY = Snapshot(revision=0, tokens={}, routes={}, known=frozenset(), multipliers={}, prices={})


class Keeper:
    """Holds what the database said, row by row, and the snapshot made of it."""

    def __init__(self) -> None:
        self.snapshot = EMPTY
        self._users: dict[int, User] = {}
        self._token_rows: dict[int, TokenRow] = {}
        self._tokens: dict[bytes, Token] = {}
        self._channels: dict[int, Channel] = {}
        self._multipliers: dict[int, tuple[str, int]] = {}
        self._prices: dict[int, PriceRow] = {}
        self._settings: dict[str, object] = {}

    def apply(self, changes: Changes) -> Snapshot:
        """Takes the changed rows in and returns the new snapshot."""
        touched = self._apply_users(changes.users)
        self._apply_tokens(changes.tokens, touched)
        for channel_row in changes.channels:
            self._apply_channel(channel_row)
        for group in changes.groups:
            self._multipliers.pop(group.id, None)
            if not group.deleted:
                self._multipliers[group.id] = (group.name, group.multiplier_ppm)
        for price in changes.prices:
            self._prices.pop(price.id, None)
            if not price.deleted:
                self._prices[price.id] = PriceRow(id=price.id, model=price.model, rates=price.rates)
        self._settings.update(changes.settings)
        self.snapshot = self._assemble(changes)
        return self.snapshot

    def _assemble(self, changes: Changes) -> Snapshot:
        old = self.snapshot
        routes, known = old.routes, old.known
        if changes.channels or old is EMPTY:
            routes, known = index_routes(self._channels.values())
        return Snapshot(
            revision=changes.revision,
            # A copy, so that a request holds on to the configuration it began with.
            tokens=dict(self._tokens) if changes.tokens or changes.users else old.tokens,
            routes=routes,
            known=known,
            multipliers=dict(self._multipliers.values()),
            prices={price.model: price for price in self._prices.values()} if changes.prices else old.prices,
            channels=dict(self._channels) if changes.channels else old.channels,
            settings=dict(self._settings),
        )

    def _apply_users(self, rows: Iterable[UserRow]) -> set[int]:
        touched = set()
        for row in rows:
            touched.add(row.id)
            self._users[row.id] = User(
                id=row.id,
                name=row.name,
                role=row.role,
                enabled=row.status == "enabled" and not row.deleted,
                group=row.group_name,
                account_id=row.account_id,
            )
        return touched

    def _apply_tokens(self, rows: Iterable[TokenRow], touched_users: set[int]) -> None:
        changed = {row.id: row for row in rows}
        self._token_rows.update(changed)
        if touched_users and len(changed) < len(self._token_rows):
            changed |= {row.id: row for row in self._token_rows.values() if row.user_id in touched_users}
        for row in changed.values():
            if row.deleted:
                self._tokens.pop(row.key_hash, None)
                del self._token_rows[row.id]
            else:
                self._tokens[row.key_hash] = _token(row, self._users[row.user_id])

    def _apply_channel(self, row: ChannelRow) -> None:
        self._channels.pop(row.id, None)
        if row.deleted:
            return
        usable = [key for key in row.keys if key.enabled]
        try:
            ring = _ring(row, usable, several=len(row.keys) > 1)
        except ValueError as error:
            # A provider this version does not know must not take the others down.
            _log.error("channel cannot be used", channel=row.name, reason=str(error))
            return
        self._channels[row.id] = replace(ring[0], ring=ring) if len(ring) > 1 else ring[0]


def _ring(row: ChannelRow, keys: Sequence[ClearKey], *, several: bool) -> tuple[Channel, ...]:
    """The channel bound to each of the keys, or without one when there is none. Raises ValueError."""
    spec = ChannelSpec(
        provider=row.provider,
        base_url=row.base_url,
        key="",
        options=row.options,
        model_mapping=row.model_mapping,
    )
    dialects = bind_each(spec, [key.text for key in keys])
    ids = [key.id for key in keys] or [0]
    return tuple(
        _bound(row, dialect, key_id if several else 0, key_id) for dialect, key_id in zip(dialects, ids, strict=True)
    )


def _bound(row: ChannelRow, dialect: Dialect, key_id: int, stored_key: int) -> Channel:
    return Channel(
        id=row.id,
        name=row.name,
        spec=dialect.spec,
        dialect=dialect,
        models=tuple(row.models),
        priority=row.priority,
        weight=row.weight,
        groups=tuple(row.groups),
        enabled=row.status == "enabled",
        proxy_url=row.proxy_url,
        splitter=dialect if isinstance(dialect, Splitter) else None,
        reporter=dialect if isinstance(dialect, Reporter) else None,
        bridges=bridges(dialect),
        key_id=key_id,
        stored_key=stored_key,
    )


def _token(row: TokenRow, user: User) -> Token:
    return Token(
        id=row.id,
        name=row.name,
        user=user,
        enabled=row.status == "enabled",
        accounts=(user.account_id,) if row.account_id is None else (user.account_id, row.account_id),
        models=None if row.models is None else frozenset(row.models),
        addresses=None if row.addresses is None else tuple(ip_network(item) for item in row.addresses),
        requests_per_minute=row.requests_per_minute,
        expires_ms=row.expires_ms,
        always_usage=row.always_usage,
        management=row.scope == "management",
    )
