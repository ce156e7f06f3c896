"""The files a request names by the ids they have at an upstream, in whatever protocol: found in the bytes of its body.

In JSON the quotes within a text have a backslash, so ``"file_id":`` with bare quotes is a member. Every one counts,
also where one stands twice, for which of them counts is the upstream's to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain, islice

from sluice.base.errors import bad_request

_MOST = 10_000
"""So often one body may name files: looking for a million takes seconds, in which nobody else is served."""
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
    """The ids; those that can be none are left out. Raises GatewayError 400 for more than can be looked at."""
    # In a large text CPython finds five bytes several times as fast as six.
    named = b"file" in body
    member = named and b"file_" in body and b"file_id" in body
    address = named and not member and b"filei" in body and b"fileid:" in body
    if not (member or address or (b"\\u00" in body and _DISGUISE.search(body))):
        return set()
    found = list(islice(_named(body), _MOST + 1))
    if len(found) > _MOST:
        raise bad_request("invalid_value", f"a request may name files {_MOST:,} times at most", "file_id")
    told = [_plain(identity).decode() for identity in set(found) if identity.isascii()]
    return {identity for identity in told if 0 < len(identity) <= _LONGEST and identity.isprintable()}


def _named(body: bytes) -> Iterator[bytes]:
    for member in chain(_MEMBER.finditer(body), _ADDRESS.finditer(body)):
        yield member[1]
    for listed in _MEMBERS.finditer(body):
        for identity in _TEXT.finditer(listed[1]):
            yield identity[1]


def _plain(identity: bytes) -> bytes:
    """An id without escapes; one whose every letter is escaped is six times as long."""
    if b"\\" not in identity or len(identity) > 6 * _LONGEST:
        return identity
    return _ESCAPE.sub(_letter, identity).replace(b"\\/", b"/")


def _letter(escape: re.Match[bytes]) -> bytes:
    return bytes([int(escape[1], 16)])
