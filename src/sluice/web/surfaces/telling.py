"""An answer of the Responses protocol on its way to the client: kept when it is whole, ended in its own words when it
breaks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

import msgspec

from sluice.base.errors import GatewayError
from sluice.base.wire import Header
from sluice.formats.members import Members
from sluice.formats.sse import SseDecoder, encode_event
from sluice.relay.inbound import ClientConnection
from sluice.web.errors import OpenAIVoice

Keep = Callable[[bytes], Awaitable[None]]

_LAST = (b"event: response.completed\n", b"event: response.incomplete\n")
_FIRST = b"event: response.created\n"
_NUMBER = b'"sequence_number":'


class Telling(OpenAIVoice):
    """A ClientConnection and a Voice (relay/inbound.py), for one request.

    Whole events come to it, so the first and the last are found without reading those between. ``keep`` is given the
    whole response before its last bytes go out: a client may go on from it as soon as it has them.
    """

    def __init__(self, client: ClientConnection, keep: Keep | None) -> None:
        self._client = client
        # To these nothing is added.
        self.watch, self.unwatch, self.abort = client.watch, client.unwatch, client.abort
        self.start = client.start
        self._keep = keep
        self._begun = b""
        self._number = -1

    @property
    def gone(self) -> bool:
        """Whether the client left."""
        return self._client.gone

    @gone.setter
    def gone(self, left: bool) -> None:
        """As the connection's."""
        self._client.gone = left

    async def answer(self, status: int, headers: list[Header], body: bytes) -> None:
        """A whole answer: kept, then sent."""
        response = _response_of(body) if body[:7] == b"event: " else body
        if self._keep is not None and response:
            await self._keep(response)
        await self._client.answer(status, headers, body)

    async def write(self, data: bytes) -> None:
        """A piece of a stream."""
        self._note(data)
        await self._client.write(data)

    async def finish(self, data: bytes = b"") -> None:
        """The last piece, with the event that holds the whole response."""
        response = _response_of(data)
        if self._keep is not None and response:
            await self._keep(response)
        await self._client.finish(data)

    def stream_error(self, error: GatewayError, request_id: str) -> bytes:
        """``response.failed`` with what is known of the response, or ``error`` when nothing is."""
        told = {"code": error.code, "message": error.message}
        if not self._begun:
            return self._event("error", {**told, "param": error.param})
        response = Members(self._begun)
        response.put("status", "failed")
        response.put("error", told)
        return self._event("response.failed", {"response": msgspec.Raw(response.encode())})

    def _event(self, kind: str, members: Mapping[str, object]) -> bytes:
        told = {"type": kind, "sequence_number": self._number + 1, **members}
        return encode_event(msgspec.json.encode(told), kind.encode())

    def _note(self, data: bytes) -> None:
        """Remembers the response as it began, and the number of the last event."""
        if not self._begun and _FIRST in data:
            self._begun = _response_of(data, (_FIRST,))
        at = data.rfind(_NUMBER) + len(_NUMBER)
        number = data[at : at + 20].split(b",", 1)[0].split(b"}", 1)[0].strip()
        if at >= len(_NUMBER) and number.isdigit():
            self._number = int(number)


def _response_of(data: bytes, names: tuple[bytes, ...] = _LAST) -> bytes:
    """The response in the event of one of these names; b"" when there is none."""
    at = max(data.rfind(name) for name in names)
    if at < 0:
        return b""
    event = next(iter(SseDecoder().feed(data[at:])), None)
    return Members(event.data).raw("response") if event is not None else b""
