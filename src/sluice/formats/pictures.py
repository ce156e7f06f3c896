"""What a picture is, by its first bytes: clients name kinds that are wrong, or none, and providers refuse those."""

from __future__ import annotations

import base64

from sluice.formats.canon import Extras, Image, Part

_STARTS = (
    ("image/png", b"\x89PNG"),
    ("image/jpeg", b"\xff\xd8\xff"),
    ("image/gif", b"GIF8"),
)


def picture_type(part: Image) -> str:
    """The media type of a picture that is held as data: what its first bytes say, else what it is said to be."""
    try:
        start = base64.b64decode(part.data[:16])
    except ValueError:
        return part.media_type
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for kind, mark in _STARTS if start.startswith(mark)), part.media_type)


def as_data_url(part: Image) -> str:
    """A picture that is held as data, as an address."""
    return f"data:{picture_type(part)};base64,{part.data}"


def detail_of(part: Image) -> str:
    """How closely a picture is to be looked at, as OpenAI's two protocols ask for it; "" for nothing that both know."""
    image = part.extras.get("image_url")
    told = image.get("detail") if isinstance(image, dict) else part.extras.get("detail")
    return told if isinstance(told, str) and told in ("low", "high", "auto") else ""


def without_detail(part: Part) -> Extras:
    """The extras of a part, but for a detail that is carried."""
    if not isinstance(part, Image) or not detail_of(part):
        return part.extras
    return {name: value for name, value in part.extras.items() if name not in ("detail", "image_url")}
