"""What a picture is, by its first bytes: clients name kinds that are wrong, or none, and providers refuse those."""

from __future__ import annotations

import base64

from sluice.formats.canon import Image

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
