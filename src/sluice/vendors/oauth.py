"""Answers of token services, in OAuth's shape (RFC 6749, 5.1 and 5.2)."""

from __future__ import annotations

from typing import Any

import msgspec

from sluice.base.outcome import Cause, Fault
from sluice.base.wire import WireHead
from sluice.formats.openai_chat.errors import fault_from
from sluice.vendors.dialect import Minted
from sluice.vendors.quirks import UNREADABLE

_any = msgspec.json.Decoder()
_KEY_REFUSED = ("invalid_client", "invalid_grant", "unauthorized_client", "invalid_scope")


def read_token(head: WireHead, body: bytes, now_ms: int, lifetime_s: int) -> Minted | Fault:
    """The token, or why there is none: a refusal names itself in ``error``, whatever the status.

    ``lifetime_s`` holds where the service tells none.
    """
    try:
        said = _any.decode(body)
    except UNREADABLE:
        said = None
    token = said.get("access_token") if isinstance(said, dict) else None
    if not isinstance(said, dict) or not (isinstance(token, str) and token):
        return _refusal(head, body, said)
    told = said.get("expires_in")
    lifetime = told if type(told) is int and told > 0 else lifetime_s
    return Minted(value=token, expires_ms=now_ms + lifetime * 1000)


def _refusal(head: WireHead, body: bytes, said: Any) -> Fault:
    code = said.get("error") if isinstance(said, dict) else None
    if isinstance(said, dict) and isinstance(code, str) and code:
        text = said.get("error_description")
        message = text if isinstance(text, str) and text else code
        cause = Cause.AUTH if code in _KEY_REFUSED else Cause.SERVER
        return Fault(cause=cause, message=message, status=head.status, code=code)
    if head.status >= 400:
        return fault_from(head.status, head, body)
    return Fault(cause=Cause.SHAPE, message="the upstream's token service gave no token", status=head.status)
