"""Puts the shelf together: what upstreams keep for clients, its notes, and who looks after them."""

from __future__ import annotations

from sluice.relay.errands import Errands
from sluice.relay.followup import Followup
from sluice.relay.relay import Relay
from sluice.storage.engine import Database
from sluice.storage.holdings import HoldingStore
from sluice.upstream.client import Deadlines
from sluice.upstream.credentials import CredentialCache
from sluice.upstream.router import Transports
from sluice.web.errors import OPENAI
from sluice.web.surfaces.openai_held import Shelf


def build_shelf(
    relay: Relay,
    transports: Transports,
    credentials: CredentialCache,
    deadlines: Deadlines,
    db: Database,
    interval: float,
) -> Shelf:
    """The shelf of a worker. ``interval``: seconds between two looks at what is still to be charged."""
    errands = Errands(relay=relay, transports=transports, credentials=credentials, deadlines=deadlines)
    store = HoldingStore(db)
    return Shelf(errands, store, Followup(errands=errands, store=store, voice=OPENAI, interval=interval))
