"""What is wrong with a channel's address: the forms to try, and what to make of what they answered. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_VERSION = re.compile(r"v\d+[a-z0-9.]*", re.IGNORECASE)
_TASKS = ("/models", "/chat/completions", "/embeddings", "/rerank", "/audio/speech", "/audio/transcriptions")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One address that was tried. ``url`` is exactly what was asked, without its query; ``advice`` what to change."""

    method: str
    url: str
    ok: bool
    status: int
    excerpt: str
    advice: str = ""


def other_habit(target: bytes) -> bytes | None:
    """The same target without its version segment, or with ``v1`` before the task; None where nobody can tell."""
    path, mark, query = target.decode("latin-1").partition("?")
    segments = path.split("/")
    version = next((i for i, segment in enumerate(segments) if _VERSION.fullmatch(segment)), None)
    if version is not None:
        del segments[version]
        return ("/".join(segments) + mark + query).encode("latin-1")
    for task in _TASKS:
        if path.endswith(task):
            return (path.removesuffix(task) + "/v1" + task + mark + query).encode("latin-1")
    return None


def _is_page(excerpt: str) -> bool:
    return excerpt.lstrip()[:1] == "<"


def unasked(status: int, excerpt: str, advice: str) -> Step:
    """What to show when nothing could be asked."""
    return Step(method="", url="", ok=False, status=status, excerpt=excerpt, advice=advice)


def advice(step: Step, steps: Sequence[Step]) -> str:
    """What to change, seen all that was tried. The first step is the channel's address as it is."""
    current, others = steps[0], steps[1:]
    if step is not current:
        return "" if current.ok or not step.ok else f"this form answers: choose a base URL that resolves to {step.url}"
    if step.ok:
        return ""
    working = next((other for other in others if other.ok), None)
    if working is not None:
        return f"the version segment is wrong: choose a base URL that resolves to {working.url}"
    match step.status:
        case 0:
            return "nothing answered: check host, port, proxy and network"
        case status if 300 <= status < 400:
            return "it leads elsewhere, where the key is not carried: choose a base URL that needs no redirection"
        case 401 | 403 if _is_page(step.excerpt):
            return "a web page refuses this: check the base URL, and what stands before the API (a firewall, a login)"
        case 401 | 403:
            return "the address is right, but the key was refused: check the key"
        case 402 | 429:
            return "the address and the key are right, but the account is out of money or over its rate"
        case 404 | 405:
            return "there is no such path: check the base URL against the provider's documentation"
        case status if status >= 500:
            return "the upstream itself fails: try again later"
        case status if status < 300:
            return "this is a web page, not an API: check the base URL"
        case _:
            return "the upstream refused the request; its words are in the excerpt"
