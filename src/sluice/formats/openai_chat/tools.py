"""Streamed tool calls as clients need them: dense indices, one name and id per call, no interleaving."""

from __future__ import annotations

from typing import Any

import msgspec

Delta = dict[str, Any]
"""One element of ``delta.tool_calls``."""


class _Call:
    __slots__ = ("announced", "arguments", "extras", "held", "id", "index", "name", "upstream_index")

    def __init__(self, index: int, upstream_index: int | None, identity: str) -> None:
        self.index = index
        self.upstream_index = upstream_index
        self.id = identity
        self.name = ""
        self.arguments = ""
        self.held: list[str] = []
        self.extras: Delta = {}
        self.announced = False

    def complete(self) -> bool:
        """Whether the arguments so far are whole JSON."""
        try:
            msgspec.json.decode(self.arguments.encode())
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            return False
        return True


class ToolCalls:
    """The tool calls of one choice. ``feed`` takes the upstream's deltas and returns the client's.

    A call is announced (index, id, type, whole name) with its first arguments, so that a name sent in pieces arrives
    whole. A later call's deltas wait until the earlier one is complete.
    """

    __slots__ = ("_calls", "_current", "_mint")

    def __init__(self, mint: str) -> None:
        self._calls: list[_Call] = []
        self._current = 0
        self._mint = mint

    def __bool__(self) -> bool:
        return bool(self._calls)

    def feed(self, deltas: list[Any]) -> list[Delta]:
        """The deltas that can be told to the client now."""
        for delta in deltas:
            if isinstance(delta, dict):
                self._take(delta)
        return self._release(ended=False)

    def flush(self) -> list[Delta]:
        """What is still held when the choice ends."""
        return self._release(ended=True)

    def _take(self, delta: Delta) -> None:
        function = delta.get("function")
        function = function if isinstance(function, dict) else {}
        name = function.get("name") or ""
        name = name if isinstance(name, str) else ""
        call = self._find(delta, name)
        if name and name != call.name and not call.arguments:
            call.name += name
        arguments = function.get("arguments")
        if isinstance(arguments, dict):
            arguments = msgspec.json.encode(arguments).decode()
        if isinstance(arguments, str) and arguments:
            call.arguments += arguments
            call.held.append(arguments)
        for key, value in delta.items():
            if key not in ("index", "id", "function", "type"):
                call.extras[key] = value
        if isinstance(delta.get("type"), str) and delta["type"]:
            call.extras["type"] = delta["type"]

    def _find(self, delta: Delta, name: str) -> _Call:
        identity = delta.get("id")
        identity = identity if isinstance(identity, str) else ""
        index = delta.get("index")
        index = index if isinstance(index, int) else None
        if identity:
            for call in self._calls:
                if call.id == identity:
                    return call
        same = next((call for call in reversed(self._calls) if call.upstream_index == index), None)
        if same is None and index is None and self._calls:
            same = self._calls[-1]
        if same is not None and not self._new(same, identity, name):
            if identity and not same.announced:
                same.id = identity
            return same
        call = _Call(len(self._calls), index, identity or f"call_{self._mint}{len(self._calls)}")
        self._calls.append(call)
        return call

    def _new(self, same: _Call, identity: str, name: str) -> bool:
        """Whether a delta under a known index begins another call: it names another id, or names a tool after whole
        arguments (vendors that send index 0 for every call)."""
        minted = same.id.startswith(f"call_{self._mint}")
        if identity and not minted and identity != same.id:
            return bool(name)
        return bool(name and same.arguments and same.complete())

    def _release(self, *, ended: bool) -> list[Delta]:
        out: list[Delta] = []
        while self._current < len(self._calls):
            call = self._calls[self._current]
            if call.held or (ended and not call.announced):
                out.append(self._tell(call))
            more = self._current + 1 < len(self._calls)
            if not more or not (ended or call.complete()):
                break
            if not call.announced:
                out.append(self._tell(call))
            self._current += 1
        return out

    @staticmethod
    def _tell(call: _Call) -> Delta:
        arguments = "".join(call.held)
        call.held.clear()
        if call.announced:
            return {"index": call.index, "function": {"arguments": arguments}}
        call.announced = True
        function = {"name": call.name, "arguments": arguments}
        return {"index": call.index, "id": call.id, "type": "function", **call.extras, "function": function}
