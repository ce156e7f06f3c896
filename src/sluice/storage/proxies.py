"""A proxy's address at rest: who logs in there, and by what password, is sealed; the rest can be read.

Stored: ``http://sealed.Zm9v@host:8080``. Shown: ``http://***@host:8080``. Some proxies take their key as the user's
name, so the name is as secret as the password.
"""

from __future__ import annotations

import base64
import binascii
from urllib.parse import urlsplit

from sluice.storage.sealing import Sealer, SealError

MASK = "***"
_SEALED = "sealed."


def shown(stored: str) -> str:
    """The address as it may be shown. Raises ValueError when it is no URL."""
    return _with_login(stored, MASK) if _login(stored) else stored


def opened(stored: str, sealer: Sealer) -> str:
    """The address as it was typed. Raises SealError."""
    login = _login(stored)
    if not login.startswith(_SEALED):
        return stored
    try:
        return _with_login(stored, sealer.unseal(base64.urlsafe_b64decode(login.removeprefix(_SEALED))))
    except binascii.Error:
        raise SealError("a stored proxy's address cannot be read") from None


def to_store(typed: str, stored: str, sealer: Sealer) -> str:
    """What to store for a typed address: what is stored stays where it was typed again, or as it is shown.

    Raises ValueError, with a text for people, for a mask that stands for nothing known; SealError.
    """
    known = opened(stored, sealer)
    if typed == shown(stored):
        typed = known
    if typed == known and _login(stored).startswith(_SEALED):
        return stored
    login = _login(typed)
    if not login:
        return typed
    if MASK in login.split(":"):
        raise ValueError("user and password in the proxy's address are masked: type them")
    sealed = base64.urlsafe_b64encode(sealer.seal(login)).decode()
    return _with_login(typed, _SEALED + sealed)


def _login(url: str) -> str:
    """What stands before the ``@``; "" for none. Raises ValueError when it is no URL."""
    return urlsplit(url).netloc.rpartition("@")[0]


def _with_login(url: str, login: str) -> str:
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"{login}@{host}").geturl()
