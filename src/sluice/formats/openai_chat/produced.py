"""How much text an answer holds: what an estimate is made of when the upstream tells no usage."""

from __future__ import annotations

import msgspec

from sluice.formats.members import DECODE_ERRORS


class _Function(msgspec.Struct, gc=False):
    arguments: str | None = None


class _Call(msgspec.Struct, gc=False):
    function: _Function | None = None


class _Message(msgspec.Struct, gc=False):
    content: str | None = None
    reasoning_content: str | None = None
    refusal: str | None = None
    tool_calls: list[_Call] | None = None

    def texts(self) -> list[str | None]:
        calls = [call.function.arguments for call in self.tool_calls or () if call.function is not None]
        return [self.content, self.reasoning_content, self.refusal, *calls]


class _Choice(msgspec.Struct, gc=False):
    message: _Message | None = None
    text: str | None = None


class _Whole(msgspec.Struct, gc=False):
    choices: list[_Choice]


_decode = msgspec.json.Decoder(_Whole).decode


def produced_bytes(body: bytes) -> int:
    """The UTF-8 bytes of text, reasoning and arguments in a whole completion; those of all of it when it is unusual."""
    try:
        whole = _decode(body)
    except DECODE_ERRORS:
        return len(body)
    texts = [choice.text for choice in whole.choices]
    for choice in whole.choices:
        if choice.message is not None:
            texts += choice.message.texts()
    return sum(len(text.encode("utf-8", "surrogatepass")) for text in texts if text)
