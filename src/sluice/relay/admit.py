"""Who may ask: the credential, the token's state, its address list, its models, its rate."""

from __future__ import annotations

import hashlib
from ipaddress import ip_address

from sluice.base.errors import (
    forbidden,
    invalid_credential,
    model_not_found,
    rate_limited,
    token_unusable,
)
from sluice.base.text import LONGEST_MODEL
from sluice.routing.snapshot import Snapshot, Token
from sluice.storage.rate_table import RateTable


def key_hash(key: bytes) -> bytes:
    """What is stored of a token: SHA-256 of its key without the ``sk-``. Not kept by key: that would keep keys."""
    return hashlib.sha256(key[3:] if key.startswith(b"sk-") else key).digest()


def admit(snapshot: Snapshot, credential: bytes | None, address: str, now_ms: int) -> Token:
    """The token a credential stands for. Raises GatewayError 401 or 403."""
    if not credential:
        raise invalid_credential()
    token = snapshot.tokens.get(key_hash(credential))
    if token is None or token.management:
        raise invalid_credential("this API key is not known here: check it for missing characters")
    if not token.enabled:
        raise token_unusable("token_disabled", f"the token {token.name!r} is disabled")
    if not token.user.enabled:
        raise token_unusable("token_disabled", f"the user of the token {token.name!r} is disabled")
    if token.expires_ms is not None and token.expires_ms <= now_ms:
        raise token_unusable("token_expired", f"the token {token.name!r} has expired")
    if token.addresses is not None and not _listed(token, address):
        raise forbidden("ip_not_allowed", f"the token {token.name!r} may not be used from this address")
    return token


def _listed(token: Token, address: str) -> bool:
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    mapped = getattr(ip, "ipv4_mapped", None)
    return any((mapped or ip) in network for network in token.addresses or ())


def check_model(token: Token, model: str) -> None:
    """Raises GatewayError 403 when the model is outside the token's scope, 404 when no channel can have such a name."""
    if len(model) > LONGEST_MODEL:
        raise model_not_found(f"no model's name is longer than {LONGEST_MODEL} characters")
    if token.models is not None and model not in token.models:
        raise forbidden("model_not_allowed", f"the token {token.name!r} may not use the model {model!r}")


class RateBook:
    """The limits of requests per minute; ``table`` counts for all workers of the machine."""

    def __init__(self, table: RateTable) -> None:
        self._table = table

    def check(self, token: Token, now: float) -> None:
        """Counts one request at ``now`` (seconds, monotonic). Raises GatewayError 429 when it is one too many."""
        limit = token.requests_per_minute
        if limit is None:
            return
        wait = self._table.take(token.id, limit, now)
        if wait:
            raise rate_limited(f"the token {token.name!r} is limited to {limit} requests a minute", wait, limit)
