"""A stream's parser around another one, whose counts are its own."""

from __future__ import annotations

from sluice.base.outcome import StreamParser
from sluice.base.usage import Usage


class AroundStream:
    """What a StreamParser around an inner one tells as that does."""

    def __init__(self, inner: StreamParser) -> None:
        self._inner = inner

    @property
    def committed(self) -> bool:
        """Whether content went to the client."""
        return self._inner.committed

    @property
    def usage(self) -> Usage:
        """What the upstream reported so far."""
        return self._inner.usage

    @property
    def output_bytes(self) -> int:
        """Bytes of text produced so far, for an estimate."""
        return self._inner.output_bytes

    @property
    def finish_reason(self) -> str | None:
        """Why the model stopped, once it told."""
        return self._inner.finish_reason

    @property
    def done(self) -> bool:
        """Whether the stream came to its protocol's end."""
        return self._inner.done
