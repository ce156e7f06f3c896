"""The one error clients see; each protocol's surface gives it that protocol's shape (web/errors.py)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True, eq=False)
class GatewayError(Exception):
    """A refusal or failure a client is told of. The messages are redacted: no upstream key, address or account.

    ``retry_after`` is seconds. ``should_retry`` becomes ``x-should-retry``; None leaves the header out. ``limit`` is
    the number of requests a minute that was passed.
    """

    status: int
    type: str
    code: str
    message: str
    param: str | None = None
    retry_after: float | None = None
    should_retry: bool | None = None
    limit: int | None = None

    def __str__(self) -> str:
        return f"{self.status} {self.code}: {self.message}"


def invalid_credential(message: str = "no valid API key: send 'Authorization: Bearer sk-...'") -> GatewayError:
    """No credential, a malformed one, or one nobody knows."""
    return GatewayError(401, "invalid_request_error", "invalid_api_key", message, should_retry=False)


def token_unusable(code: str, message: str) -> GatewayError:
    """``code`` is token_disabled or token_expired."""
    return GatewayError(401, "invalid_request_error", code, message, should_retry=False)


def insufficient_quota(message: str) -> GatewayError:
    """A balance or a token's limit does not cover the request."""
    return GatewayError(429, "insufficient_quota", "insufficient_quota", message, should_retry=False)


def forbidden(code: str, message: str) -> GatewayError:
    """``code`` is ip_not_allowed or model_not_allowed."""
    return GatewayError(403, "permission_error", code, message, should_retry=False)


def model_not_found(message: str) -> GatewayError:
    """No channel lists this exact model for the client's group."""
    return GatewayError(404, "invalid_request_error", "model_not_found", message, "model", should_retry=False)


def no_available_channel(message: str, retry_after: float | None = None) -> GatewayError:
    """Channels list the model, but none can be used now."""
    return GatewayError(
        503, "server_error", "no_available_channel", message, retry_after=retry_after, should_retry=False
    )


def rate_limited(message: str, retry_after: float, limit: int) -> GatewayError:
    """The token's own ``limit`` of requests a minute; ``retry_after`` is seconds."""
    return GatewayError(429, "rate_limit_error", "rate_limit_exceeded", message, retry_after=retry_after, limit=limit)


def bad_request(code: str, message: str, param: str | None = None) -> GatewayError:
    """``code`` is invalid_json, missing_field, invalid_value, unsupported_content, ..."""
    return GatewayError(400, "invalid_request_error", code, message, param, should_retry=False)


def body_too_large(limit: int) -> GatewayError:
    """``limit`` is bytes."""
    return GatewayError(
        413,
        "invalid_request_error",
        "body_too_large",
        f"the request body is larger than {limit} bytes",
        should_retry=False,
    )


def not_found(message: str) -> GatewayError:
    """Nothing is served at this path."""
    return GatewayError(404, "invalid_request_error", "not_found", message, should_retry=False)


def upstream_error(status: int, code: str, message: str, *, retry_after: float | None = None) -> GatewayError:
    """``code`` is upstream_auth, upstream_bad_response, upstream_unreachable, upstream_timeout, ..."""
    return GatewayError(status, "upstream_error", code, message, retry_after=retry_after, should_retry=False)
