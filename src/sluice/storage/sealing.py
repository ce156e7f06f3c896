"""Upstream keys at rest: AES-GCM under a key that lies beside the database, or comes from the environment."""

from __future__ import annotations

import base64
import binascii
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
_NONCE_BYTES = 12
_PURPOSE = b"sluice channel key v1"


class SealError(Exception):
    """A key that cannot be used, or a value it did not seal."""


class Sealer:
    """Seals and unseals texts. The same text sealed twice looks different."""

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise SealError(f"the secret key must be {KEY_BYTES} bytes, base64: this one is {len(key)}")
        self._cipher = AESGCM(key)

    def seal(self, text: str) -> bytes:
        """The text encrypted."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, text.encode(), _PURPOSE)

    def unseal(self, sealed: bytes) -> str:
        """The text again. Raises SealError."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], _PURPOSE).decode()
        except (InvalidTag, ValueError, UnicodeDecodeError):
            raise SealError("a stored key cannot be read: the secret key is not the one it was sealed with") from None


def load_or_create_key(data_dir: Path, given: str | None = None) -> bytes:
    """The sealing key: ``given`` (base64), else ``secret.key`` in the data directory, made at the first start.

    Raises SealError.
    """
    if given:
        return _decode(given, "the given secret key")
    path = data_dir / "secret.key"
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        number = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return _decode(path.read_text(), str(path.name))
    key = secrets.token_bytes(KEY_BYTES)
    with os.fdopen(number, "w") as file:
        file.write(base64.b64encode(key).decode() + "\n")
        file.flush()
        os.fsync(file.fileno())
    return key


def _decode(text: str, name: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        raise SealError(f"{name} is not base64") from None
    if len(key) != KEY_BYTES:
        raise SealError(f"{name} must hold {KEY_BYTES} bytes, base64: it holds {len(key)}")
    return key
