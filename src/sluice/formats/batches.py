"""The files of batches (wires.md 1.8): what the lines of an input ask for, and what those of an output used."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import msgspec

from sluice.base.errors import bad_request
from sluice.base.usage import NO_USAGE, Usage
from sluice.formats.file_ids import file_ids
from sluice.formats.members import DECODE_ERRORS
from sluice.formats.ndjson import MAX_LINE, LineDecoder, LineTooLong
from sluice.formats.openai_chat.usage import read_usage

_COUNTS = [name for name in Usage.__struct_fields__ if name != "source"]


class _Body(msgspec.Struct):
    model: str = ""


class _Asked(msgspec.Struct):
    body: _Body


class _Answered(msgspec.Struct):
    status_code: int = 0
    body: dict[str, Any] | None = None


class _Line(msgspec.Struct):
    response: _Answered | None = None


_asked = msgspec.json.Decoder(_Asked)
_line = msgspec.json.Decoder(_Line)
_decoder = json.JSONDecoder()
_END = 16 * 1024


class InputReader:
    """Reads a batch's input piece by piece: ``model`` is the one all its lines name, ``lines`` how many there are,
    ``files`` those they name."""

    def __init__(self) -> None:
        self._decoder = LineDecoder()
        self.model = ""
        self.files: set[str] = set()
        self.lines = 0
        self.size = 0

    def feed(self, data: bytes) -> None:
        """Takes a piece. Raises GatewayError 400 for a line that is no request, or one that names another model."""
        self.size += len(data)
        try:
            self._read(self._decoder.feed(data))
        except LineTooLong:
            raise bad_request("invalid_value", "a line of the batch is too long", "file") from None

    def finish(self) -> None:
        """The input is whole. Raises GatewayError 400 as ``feed``, and for one without lines."""
        self._read(self._decoder.flush())
        if not self.lines:
            raise bad_request("invalid_value", "the batch has no lines", "file")

    def _read(self, lines: Iterable[bytes]) -> None:
        for line in lines:
            self.lines += 1
            try:
                model = _asked.decode(line).body.model
            except DECODE_ERRORS:
                model = ""
            if not model:
                text = f"line {self.lines} of the batch is no JSON object whose 'body' names a model"
                raise bad_request("invalid_value", text, "file")
            if self.model and model != self.model:
                text = f"line {self.lines} of the batch names the model {model!r}, those before it {self.model!r}"
                raise bad_request("invalid_value", text, "file")
            self.model = model
            self.files |= file_ids(line)


class OutputReader:
    """Reads a batch's output piece by piece: ``usage`` is that of its answers together, ``answers`` how many were good,
    ``uncounted`` how many of those told no usage. Of a line longer than ``longest`` only the end is kept, where usage
    stands: answers with many vectors or pictures have any length."""

    def __init__(self, longest: int = MAX_LINE) -> None:
        self._longest = longest
        self._line = bytearray()
        self._cut = False
        self._counts = dict.fromkeys(_COUNTS, 0)
        self.answers = 0
        self.uncounted = 0

    @property
    def usage(self) -> Usage:
        """The sum so far; NO_USAGE while nothing was told."""
        return msgspec.convert(self._counts, Usage) if any(self._counts.values()) else NO_USAGE

    def feed(self, data: bytes) -> None:
        """Takes a piece. A line that cannot be read counts for nothing."""
        *ends, rest = data.split(b"\n")
        for end in ends:
            self._grow(end)
            self.finish()
        self._grow(rest)

    def finish(self) -> None:
        """The line, or the output, is whole."""
        line, cut = bytes(self._line).strip(), self._cut
        self._line.clear()
        self._cut = False
        if cut:
            self._count(_last_usage(line))
        elif line:
            self._read(line)

    def _grow(self, piece: bytes) -> None:
        self._line += piece
        if len(self._line) > self._longest:
            self._cut = True
            del self._line[:-_END]

    def _read(self, line: bytes) -> None:
        try:
            response = _line.decode(line).response
        except DECODE_ERRORS:
            return
        if response is not None and response.body is not None and 200 <= response.status_code < 300:
            self._count(response.body.get("usage"))

    def _count(self, told: Any) -> None:
        self.answers += 1
        usage = read_usage(told)
        if usage is NO_USAGE:
            self.uncounted += 1
            return
        for name in _COUNTS:
            self._counts[name] += getattr(usage, name)


def _last_usage(end: bytes) -> Any:
    """The last ``usage`` object in the end of a line; None where there is none."""
    text = end.decode("utf-8", "replace")
    at = text.rfind('"usage"')
    opening = text.find("{", at)
    if at < 0 or opening < 0:
        return None
    try:
        return _decoder.raw_decode(text, opening)[0]
    except (ValueError, RecursionError):
        return None
