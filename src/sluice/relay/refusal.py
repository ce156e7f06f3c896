"""From what failed upstream to what the client is told (design: errors clients see)."""

from __future__ import annotations

from sluice.base.errors import GatewayError, upstream_error
from sluice.base.outcome import Cause, Fault
from sluice.upstream.client import Broken, Malformed, Silent, TooLarge, TransportError, Unreachable

_PASSED_STATUSES = frozenset({400, 404, 409, 413, 422})


def transport_fault(error: TransportError) -> Fault:
    """A failure below HTTP as a fault. The text names no address."""
    match error:
        case Unreachable():
            return Fault(cause=Cause.UNREACHABLE, message="the upstream could not be reached")
        case Silent():
            return Fault(cause=Cause.TIMEOUT, message="the upstream was silent too long")
        case TooLarge():
            return Fault(cause=Cause.SHAPE, message="the upstream's answer is too large")
        case Malformed():
            return Fault(cause=Cause.SHAPE, message="the upstream's answer is not proper HTTP")
        case Broken():
            return Fault(cause=Cause.BROKEN, message="the upstream broke the connection")
        case _:
            return Fault(cause=Cause.BROKEN, message="the exchange with the upstream failed")


def client_error(fault: Fault) -> GatewayError:
    """The error a client sees when ``fault``, already redacted, was the last word."""
    text = fault.message or "the upstream gave no reason"
    match fault.cause:
        case Cause.REQUEST | Cause.MODEL:
            status = fault.status if fault.status in _PASSED_STATUSES else 400
            kind = fault.type or "invalid_request_error"
            code = fault.code or ("model_not_found" if fault.cause is Cause.MODEL else "upstream_refused")
            return GatewayError(status, kind, code, text, fault.param, should_retry=False)
        case Cause.RATE:
            wait = fault.retry_after
            return GatewayError(429, "rate_limit_error", "upstream_rate_limited", text, retry_after=wait)
        case Cause.AUTH | Cause.CREDENTIAL:
            # The upstream's words would speak of our account with it.
            return upstream_error(502, "upstream_auth", "the upstream refused the gateway's credential")
        case Cause.TIMEOUT:
            return upstream_error(504, "upstream_timeout", text)
        case Cause.UNREACHABLE:
            return upstream_error(502, "upstream_unreachable", text)
        case _:
            return upstream_error(502, "upstream_bad_response", text, retry_after=fault.retry_after)
