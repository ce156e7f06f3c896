"""``endpoints.md`` and ``errors.md``: from the routes, the OpenAPI document and the places that raise errors."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from tools.docs.errors import ADMIN_ERRORS, RELAY_ERRORS
from tools.docs.markdown import code, described, page, table

from sluice.web.admin.app import create_admin
from sluice.web.admin.deps import AdminDeps
from sluice.web.admin.policy import POLICY
from sluice.web.asgi import relay_routes, socket_routes
from sluice.web.probes import probe_routes
from sluice.web.surfaces.gemini import PATHS as GOOGLE_PATHS
from sluice.web.surfaces.openai_held import Shelf
from sluice.web.surfaces.openai_info import MODELS_PREFIX
from sluice.web.surfaces.realtime import PATH as SOCKET

SOURCE = Path(__file__).resolve().parents[2] / "src/sluice"
NOTHING = cast(Any, None)
"""Stands for what building the routes needs but listing them does not."""

_CODE_AT = {
    "GatewayError": (2, 0),
    "ApiError": (1, 0),
    "upstream_error": (1, 0),
    "bad_request": (0, 400),
    "token_unusable": (0, 401),
    "forbidden": (0, 403),
}
"""Who makes errors: the place of the code among the arguments, and the status where it is fixed (else the first)."""


def openapi() -> dict[str, Any]:
    """The management API's description."""
    deps = AdminDeps(
        db=NOTHING,
        sealer=NOTHING,
        clock=NOTHING,
        rng=NOTHING,
        probe=NOTHING,
        changed=NOTHING,
        balance_changed=NOTHING,
    )
    return create_admin(deps).openapi()


def endpoints_page() -> str:
    """Every path Sluice answers."""
    return page(
        "Endpoints",
        "The full description of the management API, with every field, is served at `/api/v1/openapi.json`.",
        "## For clients\n\nBy a token: `Authorization: Bearer sk-...`. Every path is also served without its `/v1`, "
        "since base URLs are pasted both ways.\n\n" + table(("method", "path"), _relay()),
        "## For operators' machines\n\n" + table(("method", "path", "answer"), _probes()),
        "## Management\n\nBy a session, or by a token of the scope `management`, which has its user's rights. A plain "
        "user sees and changes only what is their own.\n\n"
        + table(("method", "path", "operation", "least role", "what it does"), _operations()),
    )


def _relay() -> Iterator[tuple[str, str]]:
    for method, path in relay_routes(NOTHING, NOTHING, NOTHING, Shelf(NOTHING, NOTHING, NOTHING)):
        shown = path + "{model}" if path == MODELS_PREFIX else path
        # The methods of another protocol are below, and so are websockets, which a GET opens.
        if (method, path) not in (("POST", MODELS_PREFIX), ("GET", SOCKET)):
            yield method, code("/v1" + shown)
    for path in socket_routes(NOTHING, NOTHING, 0):
        yield "websocket", code("/v1" + path)
    for method, path in GOOGLE_PATHS:
        yield method, code(path)


def _probes() -> Iterator[tuple[str, str, str]]:
    routes = probe_routes(ready=NOTHING, exposition=NOTHING, snapshot=NOTHING, metrics_open=False)
    texts = {
        "/healthz": "200 while the process serves.",
        "/readyz": "200 while the database answers too; 503 when it is away. Clients are still served then.",
        "/metrics": "[Metrics](metrics.md) as text, for management tokens unless `SLUICE_METRICS_OPEN` is set.",
    }
    for path, text in described("operators' endpoints", routes, texts):
        yield "GET", code(path), text


def _operations() -> Iterator[tuple[str, str, str, str, str]]:
    for path, methods in openapi()["paths"].items():
        for method, operation in methods.items():
            name = operation["operationId"]
            text = operation.get("description") or operation.get("summary", "")
            role = POLICY[name].name.lower()
            yield method.upper(), code(path), code(name), role, text.replace("``", "`").split("\n\n")[0]


def errors_page() -> str:
    """Every error code, in both of Sluice's voices."""
    relay, admin = _codes(admin=False), _codes(admin=True)
    return page(
        "Errors",
        "Every answer carries `x-request-id`; the log has the same id. No message holds an upstream's key or address.",
        "## Relay\n\nErrors have the shape of the protocol the client speaks; for OpenAI's that is "
        '`{"error": {"message", "type", "param", "code"}}`. `x-should-retry: false` tells SDKs not to try again what '
        "cannot succeed. A fault after the first byte of an answer comes as an error event in the stream, which then "
        "ends without its proper end. A request the upstream itself refuses (400, 404, 409, 413, 422) keeps the "
        "upstream's status, code and message (`upstream_refused` where it gave no code).\n\n"
        + table(("code", "status", "meaning"), _error_rows("relay errors", relay, RELAY_ERRORS)),
        '## Management\n\nOne shape: `{"error": {"code", "message", "param", "request_id"}}`.\n\n'
        + table(("code", "status", "meaning"), _error_rows("management errors", admin, ADMIN_ERRORS)),
    )


def _error_rows(kind: str, found: dict[str, set[int]], texts: dict[str, str]) -> Iterator[tuple[str, str, str]]:
    for name, text in described(kind, sorted(found), texts):
        statuses = ", ".join(str(status) for status in sorted(found[name]))
        yield code(name), statuses or "the upstream's", text


def _codes(*, admin: bool) -> dict[str, set[int]]:
    """Every code with its statuses, read from the calls that make errors."""
    found: dict[str, set[int]] = {}
    for path in sorted(SOURCE.rglob("*.py")):
        if ("admin" in path.parts) is admin:
            for name, status in _made(ast.parse(path.read_text("utf-8")), admin):
                found.setdefault(name, set()).update([status] if status else [])
    return found


def _made(tree: ast.Module, admin: bool) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id not in _CODE_AT:
            continue
        if admin is not (node.func.id == "ApiError") or not node.args:
            continue
        place, fixed = _CODE_AT[node.func.id]
        values = [argument.value if isinstance(argument, ast.Constant) else None for argument in node.args]
        if len(values) > place and isinstance(values[place], str):
            yield str(values[place]), fixed or (values[0] if isinstance(values[0], int) else 0)
