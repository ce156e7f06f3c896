"""The files a request names by the ids they have at an upstream, in whatever protocol: found in the bytes of its body.

In JSON the quotes within a text have a backslash, so ``"file_id":`` with bare quotes is a member. Every one counts,
also where one stands twice, for which of them counts is the upstream's to say.
"""

from __future__ import annotations

import re

_SIGNS = (b"file_id", b"fileid:")
_DISGUISE = re.compile(rb"\\u00(?:5[fF]|6[4569cC]|73|3[aA])")
"""A letter of those signs, written as no client's library writes it."""
_ESCAPE = re.compile(rb"\\u00([2-7][0-9a-fA-F])")
_LONGEST = 128


def _spelled(sign: str) -> bytes:
    """A sign, each of its letters as it is or escaped: undoing every escape of a body takes seconds, where there are
    millions."""
    letters = (rf"(?:{letter}|\\u00(?i:{ord(letter):02x}))" for letter in sign)
    return "".join(letters).encode()


_STRING = rb'"([^"\\]*+(?:\\.[^"\\]*+)*+)"'
_MEMBER = re.compile(rb'"' + _spelled("file_id") + rb'"\s*:\s*' + _STRING)
_MEMBERS = re.compile(rb'"' + _spelled("file_ids") + rb'"\s*:\s*\[((?:[^\]"]++|"[^"\\]*+(?:\\.[^"\\]*+)*+")*+)')
_TEXT = re.compile(_STRING)
_ADDRESS = re.compile(_spelled("fileid:") + rb"(?:\\?/|\\u00(?i:2f)){2}((?:[\w-]|\\u00[2-7][0-9a-fA-F])+)")
"""How DashScope's models are told of a file: within a text."""


def file_ids(body: bytes) -> set[str]:
    """The ids; those that can be none are left out."""
    if not (b"file" in body and any(sign in body for sign in _SIGNS)) and not (
        b"\\u00" in body and _DISGUISE.search(body)
    ):
        return set()
    found = set(_MEMBER.findall(body)) | set(_ADDRESS.findall(body))
    for listed in _MEMBERS.findall(body):
        found.update(_TEXT.findall(listed))
    told = [_plain(identity).decode() for identity in found if identity.isascii()]
    return {identity for identity in told if 0 < len(identity) <= _LONGEST and identity.isprintable()}


def _plain(identity: bytes) -> bytes:
    """An id without escapes; one whose every letter is escaped is six times as long."""
    if b"\\" not in identity or len(identity) > 6 * _LONGEST:
        return identity
    return _ESCAPE.sub(_letter, identity).replace(b"\\/", b"/")


def _letter(escape: re.Match[bytes]) -> bytes:
    return bytes([int(escape[1], 16)])
