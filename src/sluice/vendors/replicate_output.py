"""What comes of a Replicate prediction, as OpenAI's answers: the output whole, or the events of its stream."""

from __future__ import annotations

from typing import Any

import msgspec

from sluice.base.outcome import Cause, Fault
from sluice.vendors.quirks import UNREADABLE, encode
from sluice.vendors.translated import Chunk

_any = msgspec.json.Decoder()


def as_speech(said: dict[str, Any]) -> bytes | Fault:
    """The output of a language model: a text, or a list of its pieces."""
    output = said.get("output")
    pieces = [piece for piece in (output if isinstance(output, list) else [output]) if isinstance(piece, str)]
    if not pieces or (isinstance(output, list) and len(pieces) != len(output)):
        return Fault(cause=Cause.SHAPE, message="the model's output is no text", status=200)
    message = {"role": "assistant", "content": "".join(pieces)}
    told = {"id": said["id"], "choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}
    metrics = said.get("metrics")
    usage = _usage(metrics) if isinstance(metrics, dict) else None
    return encode({**told, "usage": usage} if usage else told)


def _usage(metrics: dict[str, Any]) -> dict[str, int] | None:
    """The counts, where the model tells both [unverified: official language models do]."""
    prompt, output = metrics.get("input_token_count"), metrics.get("output_token_count")
    if type(prompt) is not int or type(output) is not int:
        return None
    return {"prompt_tokens": prompt, "completion_tokens": output, "total_tokens": prompt + output}


def as_pictures(said: dict[str, Any], created_s: int) -> bytes | Fault:
    """The output of a pictures' model: an address, or a list of them. They are good for an hour."""
    output = said.get("output")
    addresses = output if isinstance(output, list) else [output]
    if not addresses or not all(isinstance(one, str) and one for one in addresses):
        return Fault(cause=Cause.SHAPE, message="the model's output is no picture", status=200)
    return encode({"created": created_s, "data": [{"url": address} for address in addresses]})


class Speech:
    """Tells the events of a stream, named ``output``, ``logs``, ``error`` and ``done``, as OpenAI chunks."""

    def whole(self, body: bytes) -> bytes | Fault:
        """Predictions are read elsewhere."""
        return Fault(cause=Cause.SHAPE, message="the upstream's answer is no stream", status=200)

    def chunks(self, event: bytes) -> tuple[list[Chunk], bool] | Fault:
        """One event, its name on its first line, and whether it was the last."""
        name, _, data = event.partition(b"\n")
        if name == b"output":
            delta = {"role": "assistant", "content": data.decode("utf-8", "replace")}
            return ([_chunk(delta, None)] if data else []), False
        if name == b"error":
            return Fault(cause=Cause.SERVER, message=_message(data), status=200)
        if name == b"done":
            reason = _object(data).get("reason")
            if reason:
                return Fault(cause=Cause.SERVER, message=f"the prediction ended: {reason}", status=200)
            return [_chunk({}, "stop")], True
        return [], False


def _chunk(delta: dict[str, Any], finish: str | None) -> Chunk:
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}


def _message(data: bytes) -> str:
    told = _object(data).get("detail")
    return told if isinstance(told, str) and told else data.decode("utf-8", "replace")


def _object(data: bytes) -> dict[str, Any]:
    try:
        said = _any.decode(data)
    except UNREADABLE:
        return {}
    return said if isinstance(said, dict) else {}
