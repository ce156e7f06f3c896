"""What every error must be: of its row, with an id, without a word about the inside, and free."""

from __future__ import annotations

from typing import Any

from .gateways import Gateway
from .sdks import Outcome

KEY = "sk-errors-upstream-key-0123456789"
"""The key of channels to upstreams that fail: it must not come back to any client."""
MODEL = "errors-model"
CHAT: dict[str, Any] = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "one two three"}]}


def refused(outcome: Outcome, status: int, kind: str, code: str, param: str | None = None) -> dict[str, Any]:
    """The error an SDK raised, which must be this one; every one has an id and names nothing of the inside."""
    error = outcome.error
    assert error is not None
    assert (error["status"], error["type"], error["code"], error["param"]) == (status, kind, code, param)
    assert error["headers"]["x-request-id"].startswith("req_")
    assert error["headers"]["content-type"] == "application/json"
    for inside in (KEY, "127.0.0.1", "localhost", "http://"):
        assert inside not in str(error)
    return error


def free(gateway: Gateway, outcome: Outcome, code: str) -> dict[str, Any]:
    """The log row of a failed request: it cost nothing and tells no secret either."""
    row = gateway.settled(outcome.request_id)
    assert (row["charge_usd"], row["error_code"]) == ("0.00", code)
    assert KEY not in str(row)
    return row
