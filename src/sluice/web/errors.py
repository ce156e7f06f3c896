"""One error, said in each client protocol's own shape."""

from __future__ import annotations

from typing import Any

import msgspec

from sluice.base.errors import GatewayError
from sluice.base.wire import Header


class OpenAIVoice:
    """The OpenAI shape: ``{"error": {"message", "type", "param", "code"}}``."""

    def status(self, error: GatewayError) -> int:
        """The error's own."""
        return error.status

    def also(self, request_id: str) -> list[Header]:
        """None."""
        return []

    def error_body(self, error: GatewayError, request_id: str) -> bytes:
        """The JSON body of an error answer."""
        return msgspec.json.encode(
            {"error": {"message": error.message, "type": error.type, "param": error.param, "code": error.code}}
        )

    def stream_error(self, error: GatewayError, request_id: str) -> bytes:
        """An error event without ``choices``; SDKs raise on it."""
        return b"data: " + self.error_body(error, request_id) + b"\n\n"


class SilentVoice(OpenAIVoice):
    """For binary streams (speech): a broken stream just breaks."""

    def stream_error(self, error: GatewayError, request_id: str) -> bytes:
        """Nothing can be said in the middle of audio."""
        return b""


class AnthropicVoice:
    """The Messages protocol's shape: ``{"type": "error", "error": {"type", "message"}, "request_id"}`` (wires 2.4)."""

    def status(self, error: GatewayError) -> int:
        """Overload has a status of its own there."""
        return _OVERLOADED if error.status == 503 else error.status

    def also(self, request_id: str) -> list[Header]:
        """The name SDKs look for the id under."""
        return [(b"request-id", request_id.encode())]

    def error_body(self, error: GatewayError, request_id: str) -> bytes:
        """The JSON body of an error answer. The code travels where the provider puts its own fine ones."""
        inner = {
            "type": _ANTHROPIC_TYPES.get(self.status(error)) or _by_class(error.status),
            "message": error.message,
            "details": {"error_code": error.code},
        }
        return msgspec.json.encode({"type": "error", "error": inner, "request_id": request_id})

    def stream_error(self, error: GatewayError, request_id: str) -> bytes:
        """An event ``error``; SDKs raise on it."""
        return b"event: error\ndata: " + self.error_body(error, request_id) + b"\n\n"


_OVERLOADED = 529
_ANTHROPIC_TYPES = {
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    504: "timeout_error",
    _OVERLOADED: "overloaded_error",
}


def _by_class(status: int) -> str:
    return "invalid_request_error" if status < 500 else "api_error"


class GoogleVoice:
    """Google's shape (google.rpc.Status): ``{"error": {"code", "message", "status", "details"}}`` (wires 3.6).

    ``listed``: for answers that are JSON arrays, in which an error is an element.
    """

    def __init__(self, *, listed: bool = False) -> None:
        self._listed = listed

    def status(self, error: GatewayError) -> int:
        """The error's own."""
        return error.status

    def also(self, request_id: str) -> list[Header]:
        """None."""
        return []

    def error_body(self, error: GatewayError, request_id: str) -> bytes:
        """The JSON body of an error answer."""
        told = _status_of(error, request_id)
        return msgspec.json.encode([told] if self._listed else told)

    def stream_error(self, error: GatewayError, request_id: str) -> bytes:
        """An event; SDKs raise on it. Where the stream is an array, events become its elements later."""
        return b"data: " + msgspec.json.encode(_status_of(error, request_id)) + b"\n\n"


def _status_of(error: GatewayError, request_id: str) -> dict[str, Any]:
    """The fine code travels as the reason; what is wrong with the request, and how long to wait, in their own types."""
    kind = "type.googleapis.com/google.rpc."
    details: list[dict[str, Any]] = [{"@type": kind + "ErrorInfo", "reason": error.code, "domain": "sluice"}]
    details.append({"@type": kind + "RequestInfo", "requestId": request_id})
    if error.param:
        violation = {"field": error.param, "description": error.message}
        details.append({"@type": kind + "BadRequest", "fieldViolations": [violation]})
    if error.retry_after is not None:
        details.append({"@type": kind + "RetryInfo", "retryDelay": f"{max(1, round(error.retry_after))}s"})
    word = _GOOGLE_WORDS.get(error.status) or ("INVALID_ARGUMENT" if error.status < 500 else "INTERNAL")
    return {"error": {"code": error.status, "message": error.message, "status": word, "details": details}}


_GOOGLE_WORDS = {
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    405: "UNIMPLEMENTED",
    429: "RESOURCE_EXHAUSTED",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}

OPENAI = OpenAIVoice()
SILENT = SilentVoice()
ANTHROPIC = AnthropicVoice()
GOOGLE = GoogleVoice()
GOOGLE_LISTED = GoogleVoice(listed=True)


def internal_error() -> GatewayError:
    """What a client sees of a defect of the gateway itself."""
    text = "the gateway met an internal error; the operator's log has it under this request id"
    return GatewayError(500, "server_error", "internal_error", text, should_retry=False)
