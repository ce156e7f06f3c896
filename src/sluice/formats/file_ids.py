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
_MEMBER = re.compile(rb'"file_id"\s*:\s*"([^"]*)"')
_MEMBERS = re.compile(rb'"file_ids"\s*:\s*\[([^\]]*)\]')
_TEXT = re.compile(rb'"([^"]*)"')
_ADDRESS = re.compile(rb"fileid://([\w-]+)")
"""How DashScope's models are told of a file: within a text."""
_LONGEST = 128


def file_ids(body: bytes) -> set[str]:
    """The ids; those that can be none are left out."""
    if not (b"file" in body and any(sign in body for sign in _SIGNS)) and not (
        b"\\u00" in body and _DISGUISE.search(body)
    ):
        return set()
    plain = _ESCAPE.sub(_letter, body).replace(b"\\/", b"/")
    found = set(_MEMBER.findall(plain)) | set(_ADDRESS.findall(plain))
    for listed in _MEMBERS.findall(plain):
        found.update(_TEXT.findall(listed))
    told = [identity.decode() for identity in found if identity.isascii()]
    return {identity for identity in told if 0 < len(identity) <= _LONGEST and identity.isprintable()}


def _letter(escape: re.Match[bytes]) -> bytes:
    """The letter an escape stands for; quotes and backslashes stay as they are, for they would end a text."""
    letter = bytes([int(escape[1], 16)])
    return escape[0] if letter in b'"\\' else letter
