"""Serves the built console: a page filled in per visit, files whose names carry their hash, nothing from elsewhere.

The console is built from ``web/`` into ``src/sluice/console`` when Sluice is installed (hatch_build.py). Where it is
not, one page says how to build it; the API and the relay do not need it.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sluice.base.wire import Header
from sluice.web.http import App, Receive, Scope, Send, header

BUILT = Path(__file__).resolve().parent.parent / "console"
NONCE = "__NONCE__"
"""What the build leaves in the page in the place of the nonce (web/vite.config.ts)."""

_POLICY = (
    "default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_SAFE: tuple[Header, ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
)
_FOREVER = b"public, max-age=31536000, immutable"
_TYPES: Mapping[str, bytes] = {
    ".js": b"text/javascript; charset=utf-8",
    ".css": b"text/css; charset=utf-8",
    ".svg": b"image/svg+xml",
    ".woff2": b"font/woff2",
    ".png": b"image/png",
}
_ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
"""Best first: content coding -> what the compressed file's name ends in."""

_NOT_BUILT = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Sluice</title>
<style nonce="__NONCE__">
body{font:15px/1.55 system-ui,sans-serif;max-width:42rem;margin:4rem auto;padding:0 1rem;color-scheme:light dark}
code{font-family:ui-monospace,monospace}pre{padding:.8rem 1rem;border:1px solid #8886;border-radius:6px;overflow:auto}
</style></head>
<body><h1>Sluice is running, without its console</h1>
<p>The console was not built when Sluice was installed: that needs the npm registry, once. Run this where Sluice's
source is, then reload this page:</p>
<pre>__COMMAND__</pre>
<p>All else works. Point any OpenAI client at <code>/v1</code> of this address, with a token made by
<code>sluice token create</code>; <code>sluice --help</code> lists what else the command line does. The management API
is described at <a href="/api/v1/openapi.json">/api/v1/openapi.json</a>.</p>
</body></html>
"""


def _not_built(folder: Path) -> str:
    """The page that stands in for the console. A checkout that is served from is built in its place; what was copied
    out of one is installed anew."""
    in_checkout = len(folder.parents) > 2 and (folder.parents[2] / "hatch_build.py").is_file()
    command = "python hatch_build.py" if in_checkout else "pip install --force-reinstall --no-deps ."
    return _NOT_BUILT.replace("__COMMAND__", command)


@dataclass(slots=True)
class _File:
    """A built file: its type, how long it may be kept, and its bytes by content coding, read when first asked for."""

    path: Path
    kind: bytes
    cache: bytes
    codings: Mapping[str, Path]
    loaded: dict[str, bytes] = field(default_factory=dict)

    def body(self, accepted: str) -> tuple[bytes, str]:
        """The bytes in the best coding the client takes, and the coding's name."""
        coding = next((name for name in self.codings if name in accepted), "")
        if coding not in self.loaded:
            self.loaded[coding] = self.codings.get(coding, self.path).read_bytes()
        return self.loaded[coding], coding


def _scan(folder: Path) -> dict[str, _File]:
    """Path in the address -> file, for every file of the build but the page itself."""
    found = {}
    for path in folder.rglob("*"):
        if path.suffix not in _TYPES:
            continue
        name = path.relative_to(folder).as_posix()
        packed = {coding: path.with_name(path.name + end) for coding, end in _ENCODINGS}
        found["/" + name] = _File(
            path=path,
            kind=_TYPES[path.suffix],
            cache=_FOREVER if name.startswith("assets/") else b"public, max-age=3600",
            codings={coding: file for coding, file in packed.items() if file.is_file()},
        )
    return found


class _Build:
    """The build in a folder, looked at anew when its page has changed: it may be built while Sluice runs."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._page = folder / "index.html"
        self._built_at = -1.0
        self.template = _not_built(folder)
        self.files: dict[str, _File] = {}

    def refresh(self) -> None:
        """Reads the page and the list of files, if they are not those that are known. One ``stat`` otherwise."""
        try:
            built_at = self._page.stat().st_mtime
        except FileNotFoundError:
            self.template, self.files, self._built_at = _not_built(self._folder), {}, -1.0
            return
        if built_at != self._built_at:
            self.template = self._page.read_text(encoding="utf-8")
            self.files = _scan(self._folder)
            self._built_at = built_at


def console_app(folder: Path = BUILT, *, opened: Callable[[], None] = lambda: None) -> App:
    """An ASGI app for every path that is neither relay nor API, serving the build in ``folder``.

    ``opened`` is called when somebody opens a screen, whose program will presently ask the management API.
    """
    build = _Build(folder)
    build.refresh()

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope["path"]
        file = build.files.get(path)
        if scope["method"] not in ("GET", "HEAD"):
            status, headers, body = _plain(405, b"this takes GET\n")
        elif file is not None:
            status, headers, body = _served(scope, file)
        elif _wants_page(scope, path):
            opened()
            build.refresh()
            status, headers, body = _page(build.template)
        else:
            status, headers, body = _plain(404, b"there is nothing here\n")
        headers += (*_SAFE, (b"content-length", b"%d" % len(body)))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    return serve


def _wants_page(scope: Scope, path: str) -> bool:
    """Whether this is somebody opening a screen by its address, not a program or a page looking for a file."""
    if path in ("/", "/index.html"):
        return True
    return b"text/html" in (header(scope, b"accept") or b"") and "." not in path.rpartition("/")[2]


def _page(template: str) -> tuple[int, list[Header], bytes]:
    nonce = secrets.token_urlsafe(16)
    headers = [
        (b"content-type", b"text/html; charset=utf-8"),
        (b"cache-control", b"no-cache"),
        (b"content-security-policy", _POLICY.format(nonce=nonce).encode()),
    ]
    return 200, headers, template.replace(NONCE, nonce).encode()


def _served(scope: Scope, file: _File) -> tuple[int, list[Header], bytes]:
    accepted = (header(scope, b"accept-encoding") or b"").decode("latin-1")
    try:
        body, coding = file.body(accepted)
    except FileNotFoundError:  # built anew a moment ago
        return _plain(404, b"there is nothing here\n")
    headers = [(b"content-type", file.kind), (b"cache-control", file.cache), (b"vary", b"accept-encoding")]
    if coding:
        headers.append((b"content-encoding", coding.encode()))
    return 200, headers, body


def _plain(status: int, body: bytes) -> tuple[int, list[Header], bytes]:
    return status, [(b"content-type", b"text/plain; charset=utf-8")], body
