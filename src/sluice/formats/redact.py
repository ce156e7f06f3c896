"""Takes secrets and addresses out of texts that came from an upstream."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence

_MASK = "[redacted]"
_SHORTEST_SECRET = 6

_PATTERNS = (
    re.compile(r"\bbce-v3/[A-Za-z0-9/_-]+"),
    re.compile(r"\b(?:sk|pk|rk|key|app|gsk|xai|r8|hf)[-_][A-Za-z0-9*._-]{6,}"),
    # Bounded: each of many beginnings would else be read on to the end of the text.
    re.compile(r"\beyJ[A-Za-z0-9_-]{8,1000}\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)?"),
    re.compile(r"(?i)\b(bearer)\s+\S+"),
    re.compile(r"(?i)\b(access_token|api[-_]?key|key|client_secret|client_id|token|sig(?:nature)?)=[^&\s\"']+"),
    re.compile(r"(?i)\b(?:https?|wss?)://[^\s\"'<>)\]]+"),
    re.compile(r"\b(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?\b"),
    re.compile(r"(?i)\borg-[A-Za-z0-9]{8,}"),
    re.compile(r"\barn:aws[a-z-]*:[^\s\"'<>,]+"),
    re.compile(r"\bprojects/[a-z0-9][a-z0-9:.-]+(?=/)"),
)


def mask(text: str, secrets: Sequence[str]) -> str:
    """The text without the given secrets, as they are or in base64."""
    known = {secret for secret in secrets if len(secret) >= _SHORTEST_SECRET}
    for secret in sorted(known, key=len, reverse=True):
        text = text.replace(secret, _MASK).replace(base64.b64encode(secret.encode()).decode(), _MASK)
    return text


def redact(text: str, secrets: Sequence[str] = ()) -> str:
    """The text without the given secrets, key-like strings, bearer values, query credentials, URLs and IP addresses."""
    text = mask(text, secrets)
    for pattern in _PATTERNS:
        text = pattern.sub(lambda m: f"{m[1]}={_MASK}" if m.re.groups and m[1] else _MASK, text)
    return text
