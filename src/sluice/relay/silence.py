"""A moment of silence as a multipart form: what a transcription is tried with."""

from __future__ import annotations

import struct
from collections.abc import AsyncIterator, Mapping

from sluice.base.wire import BodySource


class SilenceForm:
    """A multipart form with a fifth of a second of silence, for trying transcription."""

    _BOUNDARY = "sluice-probe-4b1c6f0e9d2a"

    def __init__(self, fields: Mapping[str, str]) -> None:
        self.fields: Mapping[str, tuple[str, ...]] = {name: (value,) for name, value in fields.items()}

    def encode(self, replace: Mapping[str, str]) -> tuple[bytes, BodySource, int]:
        """Content type, body source and length, some text fields replaced or added."""
        texts = {name: values[0] for name, values in self.fields.items()} | dict(replace)
        parts = [
            f'--{self._BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'.encode()
            for name, text in texts.items()
        ]
        head = (
            f'--{self._BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="silence.wav"\r\n'
            "Content-Type: audio/wav\r\n\r\n"
        )
        body = b"".join([*parts, head.encode(), _silence(), f"\r\n--{self._BOUNDARY}--\r\n".encode()])

        async def source() -> AsyncIterator[bytes]:
            yield body

        return f"multipart/form-data; boundary={self._BOUNDARY}".encode(), source, len(body)


def _silence(samples: int = 3200, rate: int = 16_000) -> bytes:
    """A WAV file of 16-bit mono silence."""
    data = bytes(2 * samples)
    chunk = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, rate, 2 * rate, 2, 16)
    return (
        struct.pack("<4sI4s", b"RIFF", 36 + len(data), b"WAVE") + chunk + struct.pack("<4sI", b"data", len(data)) + data
    )
