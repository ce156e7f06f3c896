"""Base URLs as people type them, resolved to where the API lies. Both habits are accepted, with and without version.

The rule, in order:
1. ``#`` at the end: the address is taken as it is typed, nothing is appended.
2. An endpoint's own path at the end (``.../chat/completions``) is taken off, and nothing is appended.
3. A path segment that looks like a version (``v1``, ``v3``, ``v1beta``): the address is complete.
4. Otherwise the vendor's root (``/v1``, ``/compatible-mode/v1``) is appended; what of it is there already stays once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from sluice.base.formats import Format
from sluice.vendors.schema import Vendor
from sluice.vendors.unfit import Unfit

_VERSION = re.compile(r"v\d+(?:\.\d+)?(?:(?:alpha|beta|preview|p)\d*)?")
_PLACE = re.compile(r"\{([a-z_]+)\}")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_PATH_SAFE = "/%:@!$&'()*+,;=-._~"
_HOST = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.?|\[[0-9A-Fa-f:.]+\]")

ENDPOINTS = (
    "/chat/completions",
    "/completions",
    "/responses",
    "/embeddings",
    "/rerank",
    "/reranks",
    "/rerankers",
    "/moderations",
    "/images/generations",
    "/images/edits",
    "/audio/speech",
    "/audio/transcriptions",
    "/audio/translations",
    "/models",
)
"""Paths people paste as part of a base URL."""


@dataclass(frozen=True, slots=True)
class Base:
    """Where an API lies. ``origin`` is ``scheme://host[:port]``, lower case; ``path`` has no slash at its end."""

    origin: str
    path: str

    @property
    def url(self) -> str:
        """The whole address."""
        return self.origin + self.path


@dataclass(frozen=True, slots=True)
class Typed:
    """A typed address taken apart. ``verbatim``: it ended in ``#``."""

    origin: str
    path: str
    query: str
    verbatim: bool


def resolve(base_url: str, vendor: Vendor) -> Base:
    """The base of a channel: its own address, or the vendor's first when it has none.

    Raises Unfit, with a text for people, when the address is missing or cannot be one.
    """
    typed = take_apart(base_url, vendor)
    if typed.query:
        raise Unfit("the base URL must not have a query: leave out the '?' and what follows", "base_url")
    if typed.verbatim:
        return Base(typed.origin, typed.path)
    path, pasted = strip_endpoint(_without_messages(typed.path, vendor), vendor)
    if pasted or has_version(path):
        return Base(typed.origin, path)
    return Base(typed.origin, rooted(path, vendor.root))


def _without_messages(path: str, vendor: Vendor) -> str:
    """The path without where Anthropic's protocol lies beside the vendor's own: guides for its clients name that."""
    place, found, rest = vendor.root_paths.get(Format.ANTHROPIC, "").partition("/anthropic")
    for end in (rest, rest.rpartition("/")[0], ""):
        if found and path.endswith(place + found + end):
            return path.removesuffix(place + found + end)
    return path


def beside(base: Base, vendor: Vendor, path: str) -> str:
    """The path of an endpoint that lies beside the vendor's root, not below it."""
    return (base.path.removesuffix(vendor.root) if base.path.endswith(vendor.root) else "") + path


def fill(base: Base, options: Mapping[str, str]) -> Base:
    """The base with the channel's options in the places a vendor's root leaves for them (``{account_id}``).

    Raises Unfit, with a text for people, when such an option is not given.
    """

    def value(place: re.Match[str]) -> str:
        given = options.get(place[1], "")
        if not given:
            text = f"the option {place[1]!r} is required, unless the base URL is the whole address"
            raise Unfit(text, f"options.{place[1]}")
        return quote(given, safe="")

    return Base(base.origin, _PLACE.sub(value, base.path)) if "{" in base.path else base


def has_version(path: str) -> bool:
    """Whether a segment of the path looks like a version."""
    return any(_VERSION.fullmatch(segment) for segment in path.split("/"))


def strip_endpoint(path: str, vendor: Vendor) -> tuple[str, bool]:
    """The path without an endpoint's own at its end, and whether there was one."""
    for endpoint in sorted({*ENDPOINTS, *vendor.paths.values()}, key=len, reverse=True):
        rest = path.removesuffix(endpoint)
        # A path may well end in "models" without being a list of them.
        if rest != path and (endpoint != "/models" or has_version(rest)):
            return rest, True
    return path, False


def rooted(path: str, root: str) -> str:
    """The path with the root appended; the root, or its first segments, may be there already."""
    segments = root.split("/")[1:]
    for count in range(len(segments), 0, -1):
        if path.endswith("/" + "/".join(segments[:count])):
            return "/".join((path, *segments[count:]))
    return path + root


def take_apart(base_url: str, vendor: Vendor) -> Typed:
    """The parts of an address (the vendor's first, when it is empty). Raises ValueError with a text for people."""
    text = base_url.strip() or next(iter(vendor.base_urls), "")
    if not text:
        raise Unfit(f"the provider {vendor.id!r} needs a base URL, such as https://host/v1", "base_url")
    if any(char.isspace() or not char.isprintable() for char in text):
        raise Unfit("the base URL must not hold spaces or control characters", "base_url")
    verbatim = text.endswith("#")
    text = text.rstrip("#")
    if "://" not in text:
        raise Unfit(f"the base URL must begin with http:// or https://: try https://{text}", "base_url")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise Unfit(f"the base URL cannot be read: {error}", "base_url") from None
    if parts.scheme not in _DEFAULT_PORTS:
        raise Unfit("the base URL must begin with http:// or https://", "base_url")
    if parts.username is not None or parts.password is not None:
        raise Unfit("the base URL must not hold a user name or password: put the key into its own field", "base_url")
    if parts.fragment:
        raise Unfit("the base URL must not have a fragment ('#' may only stand at its very end)", "base_url")
    origin = f"{parts.scheme}://{_host(parts.hostname or '')}"
    if port is not None and port != _DEFAULT_PORTS[parts.scheme]:
        origin += f":{port}"
    return Typed(origin, _path(parts.path), parts.query, verbatim)


def _host(host: str) -> str:
    if not host:
        raise Unfit("the base URL has no host", "base_url")
    if not host.isascii():
        try:
            host = host.encode("idna").decode()
        except UnicodeError:
            raise Unfit(f"the base URL's host {host!r} is no host name", "base_url") from None
    host = f"[{host}]" if ":" in host else host
    if not _HOST.fullmatch(host):
        raise Unfit(f"the base URL's host {host!r} is no host name", "base_url")
    return host


def _path(path: str) -> str:
    segments = [segment for segment in path.split("/") if segment]
    if any(segment in (".", "..") for segment in segments):
        raise Unfit("the base URL must not hold '.' or '..' as a path segment", "base_url")
    return "".join("/" + quote(segment, safe=_PATH_SAFE) for segment in segments)
