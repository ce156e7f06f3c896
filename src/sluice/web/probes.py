"""What operators' machines ask: alive, ready, metrics."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sluice.relay.admit import key_hash
from sluice.routing.snapshot import Snapshot
from sluice.web.http import App, Receive, Scope, Send, credential


def probe_routes(
    *,
    ready: Callable[[], bool],
    exposition: Callable[[], bytes],
    snapshot: Callable[[], Snapshot],
    metrics_open: bool,
) -> Mapping[str, App]:
    """``/healthz``: the process serves. ``/readyz``: and its database answers (503 when not: it still relays, from
    memory). ``/metrics``: Prometheus text, for management tokens unless open."""

    async def healthz(scope: Scope, receive: Receive, send: Send) -> None:
        await _text(send, 200, b"ok\n")

    async def readyz(scope: Scope, receive: Receive, send: Send) -> None:
        good = ready()
        await _text(
            send,
            200 if good else 503,
            b"ready\n" if good else b"the database is away, or the journal cannot be written\n",
        )

    async def metrics(scope: Scope, receive: Receive, send: Send) -> None:
        if metrics_open or _manages(snapshot(), credential(scope)):
            await _text(send, 200, exposition(), b"text/plain; version=0.0.4; charset=utf-8")
        else:
            await _text(send, 401, b"send a management token as 'Authorization: Bearer ...'\n")

    return {"/healthz": healthz, "/readyz": readyz, "/metrics": metrics}


def _manages(snapshot: Snapshot, key: bytes | None) -> bool:
    token = snapshot.tokens.get(key_hash(key)) if key else None
    return token is not None and token.management and token.enabled and token.user.enabled


async def _text(send: Send, status: int, body: bytes, content_type: bytes = b"text/plain; charset=utf-8") -> None:
    headers = [(b"content-type", content_type), (b"content-length", b"%d" % len(body)), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
