"""Why an exchange failed below HTTP, in words for who manages the channel: clients are told less (refusal.py)."""

from __future__ import annotations

import os
import socket
import ssl

from sluice.relay.refusal import transport_fault
from sluice.upstream.client import Broken, Malformed, Refused, TransportError, Unreachable


def unreached(error: TransportError, origin: str) -> str:
    """What failed, and why as far as is known."""
    text = transport_fault(error).message
    why = _why(error, origin)
    return f"{text}: {why}" if why else text


def _why(error: TransportError, origin: str) -> str:
    if isinstance(error, Refused):
        return f"{error} (the setting allow_private_channels)"
    cause: BaseException | None = error
    while cause is not None:
        if found := _system(cause):
            return found
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, Broken | Malformed) and origin.startswith("http://"):
        return "perhaps it wants https://"
    return str(error) if isinstance(error, Unreachable) else ""


def _system(cause: BaseException) -> str:
    """The words for a failure of the system's; "" for any other."""
    match cause:
        case ssl.SSLCertVerificationError():
            return f"its certificate is not trusted ({cause.verify_message})"
        case ssl.SSLError():
            return f"it does not speak TLS as it should ({cause.reason}); perhaps it wants http://"
        case socket.gaierror():
            return "its name cannot be resolved"
        case TimeoutError():
            return "it did not answer in time"
        case OSError() if cause.errno is not None:
            return os.strerror(cause.errno).lower()
        case _:
            return ""
