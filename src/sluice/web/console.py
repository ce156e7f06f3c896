"""Serves the console. Until it is built, one page says where everything else is."""

from __future__ import annotations

from sluice.web.http import App, Receive, Scope, Send

_PAGE = b"""<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Sluice</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:4rem auto;padding:0 1rem;color-scheme:light dark}
code{font-family:ui-monospace,monospace}</style></head>
<body><h1>Sluice is running</h1>
<p>Point any OpenAI client at <code>/v1</code> of this address, with a token made by
<code>sluice token create</code>.</p>
<p>The management API is at <code>/api/v1</code>; its description is at
<a href="/api/v1/openapi.json">/api/v1/openapi.json</a>.</p>
</body></html>
"""
_HEADERS = [
    (b"content-type", b"text/html; charset=utf-8"),
    (b"content-security-policy", b"default-src 'none'; style-src 'unsafe-inline'"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
]


def console_app() -> App:
    """An ASGI app for every path that is neither relay nor API."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        found = scope["path"] in ("/", "/index.html") and scope["method"] in ("GET", "HEAD")
        body = _PAGE if found else b"there is nothing here\n"
        kind = _HEADERS if found else [(b"content-type", b"text/plain; charset=utf-8")]
        headers = [*kind, (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200 if found else 404, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    return serve
