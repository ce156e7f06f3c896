"""DeepL: translation as a conversation; the model's name says into which language (``deepl-zh``, ``deepl-en-us``).

The last user's message is translated; what was said before it goes along as context, which is neither translated nor
paid for. It is paid by the character. Sources: SDK deepl 1.32, https://developers.deepl.com/docs, One API.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import msgspec

from sluice.base.errors import bad_request
from sluice.base.outcome import Cause, Fault, Reply, StreamParser
from sluice.base.usage import Usage
from sluice.base.wire import Header, WireHead
from sluice.formats.openai_chat.errors import fault_from
from sluice.formats.openai_chat.usage import MOST
from sluice.vendors.dialect import Call, ChannelSpec
from sluice.vendors.native import NativeChat
from sluice.vendors.openai_like import CHAT
from sluice.vendors.quirks import UNREADABLE, encode, present
from sluice.vendors.schema import Vendor
from sluice.vendors.translated import Chunk
from sluice.vendors.turns import decoded, left_out, read_turns, refuse_tools, spoken, unsaid, unsupported
from sluice.vendors.urls import Base, resolve

_any = msgspec.json.Decoder()

_FREE = "https://api-free.deepl.com"
_PAID = "https://api.deepl.com"
_USED_UP = 456
_OWN = (
    "source_lang", "formality", "glossary_id", "context", "split_sentences", "preserve_formatting", "tag_handling",
    "outline_detection", "non_splitting_tags", "splitting_tags", "ignore_tags", "model_type", "style_id",
    "custom_instructions",
)  # fmt: skip
"""Members of DeepL's own that a client may use."""
_CARRIED = frozenset({*_OWN, "target_lang"})


class DeepL(NativeChat):
    """A channel to one account; a key of the free kind (it ends in ``:fx``) has a host of its own."""

    never_streams = True

    def find_base(self) -> Base:
        """The host the key belongs to, unless another server is given."""
        base = resolve(self.spec.base_url, self.vendor)
        if base.origin not in (_FREE, _PAID):
            return base
        return Base(_FREE if self.spec.key.strip().endswith(":fx") else _PAID, base.path)

    def authorization(self, credential: str) -> tuple[Header, ...]:
        """DeepL has a scheme of its own."""
        return ((b"authorization", b"DeepL-Auth-Key " + credential.strip().encode()),)

    def say(self, members: dict[str, Any], call: Call) -> tuple[dict[str, Any], list[str]]:
        """The body of a translation. Raises GatewayError 400 when there is nothing to translate, or no language."""
        refuse_tools(members)
        turns = read_turns(members)
        for turn in turns:
            if turn.images:
                raise unsupported(turn.place, "image_url")
        at = next((at for at in range(len(turns) - 1, -1, -1) if turns[at].role == "user"), -1)
        if at < 0 or not turns[at].text:
            raise bad_request("missing_field", "there is no user's message to translate", "messages")
        if any(turn.text for turn in turns[at + 1 :]):
            text = "only what a user says is translated: end with a user's message"
            raise bad_request("unsupported_value", text, turns[at + 1].place)
        target = decoded(members, "target_lang") or call.upstream_model.partition("-")[2].upper()
        if not isinstance(target, str) or not target:
            text = "the model's name must end in the language to translate into: deepl-zh, deepl-en-us"
            raise bad_request("invalid_value", text, "model")
        body: dict[str, Any] = {"text": [turns[at].text], "target_lang": target, "show_billed_characters": True}
        context = "\n\n".join(text for text in map(spoken, turns[:at]) if text)
        if context:
            body["context"] = context
        body |= {name: members[name] for name in _OWN if present(members, name)}
        return body, left_out(members, _CARRIED) + unsaid(turns, members)

    def hear(self, call: Call) -> Speech:
        """Reads the translation."""
        return Speech(self.vendor.errors)

    def reply(self, call: Call, head: WireHead, body: bytes) -> Reply | Fault:
        """The translation as an answer; what is paid for is characters."""
        told = super().reply(call, head, body)
        if isinstance(told, Fault) or call.format is not CHAT:
            return told
        return msgspec.structs.replace(told, usage=Usage(characters=_billed(_translations(body))), output_bytes=0)

    def stream(self, call: Call, head: WireHead) -> StreamParser | None:
        """Nothing is streamed."""
        return None

    def error(self, call: Call, head: WireHead, body: bytes) -> Fault:
        """456: the account's characters are used up."""
        fault = super().error(call, head, body)
        return replace(fault, cause=Cause.AUTH) if head.status == _USED_UP else fault


class Speech:
    """Tells a translation as OpenAI's answer. Nothing is streamed."""

    def __init__(self, codes: Mapping[str, Cause]) -> None:
        self._codes = codes

    def whole(self, body: bytes) -> bytes | Fault:
        """The whole answer."""
        found = _translations(body)
        if not found:
            fault = fault_from(200, WireHead(200), body, code_map=self._codes)
            return fault if fault.message else _shapeless()
        text = "\n".join(one["text"] for one in found)
        count = _billed(found)
        usage = {"prompt_tokens": count, "completion_tokens": 0, "total_tokens": count, "billed_characters": count}
        choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
        source = found[0].get("detected_source_language")
        return encode({"choices": [choice], "usage": usage, "detected_source_language": source})

    def chunks(self, event: bytes) -> tuple[list[Chunk], bool] | Fault:
        """There are no events."""
        return _shapeless()


def _translations(body: bytes) -> list[dict[str, Any]]:
    try:
        said = _any.decode(body)
    except UNREADABLE:
        return []
    found = said.get("translations") if isinstance(said, dict) else None
    found = found if isinstance(found, list) else []
    good = all(isinstance(one, dict) and isinstance(one.get("text"), str) for one in found)
    return found if good else []


def _billed(found: list[dict[str, Any]]) -> int:
    """The characters paid for; those of the translation where the upstream does not count them, or tells nonsense."""
    return sum(_characters(one.get("billed_characters"), one["text"]) for one in found)


def _characters(told: Any, text: str) -> int:
    return told if type(told) is int and 0 <= told <= MOST else len(text)


def _shapeless() -> Fault:
    return Fault(cause=Cause.SHAPE, message="the upstream's answer holds no translation", status=200)


def bind(vendor: Vendor, spec: ChannelSpec) -> DeepL:
    """The dialect of a channel."""
    return DeepL(vendor, spec)
