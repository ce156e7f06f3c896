"""Files that requests name by the id they have at an upstream, where its account is everybody's who uses the channel:
nobody names another's, and a request goes where its files lie."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from sluice.base.errors import GatewayError
from sluice.base.formats import Format
from sluice.routing.snapshot import Channel, Snapshot
from sluice.storage.engine import DatabaseAway
from sluice.storage.holdings import HoldingStore

Places = dict[int, int]
"""Channels that something lies at, each with the key it was made with."""


class NamedFiles:
    """Knows whose files are whose. What nobody here made is not kept track of: it is the operator's own."""

    def __init__(self, store: HoldingStore) -> None:
        self._store = store

    async def places(self, user_id: int, named: Collection[str]) -> Places:
        """Where the user's files among those named lie. Raises GatewayError: 404 when one is another's, 503."""
        if not named:
            return {}
        try:
            found = await self._store.places(named, Format.FILES.value)
        except DatabaseAway:
            text = "whose the files are that this names cannot be found out now: the database is away"
            raise GatewayError(503, "server_error", "database_away", text, should_retry=True) from None
        own = {row[0]: (row[2], row[3]) for row in found if row[1] == user_id}
        for identity, *_ in found:
            if identity not in own:
                raise no_such("file", identity, "file_id")
        return dict(own.values())


def no_such(noun: str, identity: str, param: str) -> GatewayError:
    """There is none of this id, or it is another's: nobody is told which."""
    text = f"there is no {noun} {identity[:128]!r} that was made through this gateway"
    return GatewayError(404, "invalid_request_error", "not_found", text, param, should_retry=False)


def nearest(snapshot: Snapshot, group: str, model: str, places: Places) -> Snapshot:
    """The snapshot with but those channels for a model that its files lie at; as it is where none of them serves it:
    then another channel of the same account may."""
    tiers = snapshot.routes.get((group, model), ())
    kept = [tuple(_bound(one, places[one.id]) for one in tier if one.id in places) for tier in tiers]
    if not any(kept):
        return snapshot
    return replace(snapshot, routes={(group, model): tuple(tier for tier in kept if tier)})


def _bound(channel: Channel, key: int) -> Channel:
    """The channel bound to one of its keys, if it still has that."""
    return next((one for one in channel.ring if one.stored_key == key), channel)
