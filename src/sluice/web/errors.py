"""One error, said in each client protocol's own shape."""

from __future__ import annotations

import msgspec

from sluice.base.errors import GatewayError


class OpenAIVoice:
    """The OpenAI shape: ``{"error": {"message", "type", "param", "code"}}``."""

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


OPENAI = OpenAIVoice()
SILENT = SilentVoice()


def internal_error() -> GatewayError:
    """What a client sees of a defect of the gateway itself."""
    text = "the gateway met an internal error; the operator's log has it under this request id"
    return GatewayError(500, "server_error", "internal_error", text, should_retry=False)
