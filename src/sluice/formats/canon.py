"""What is said to and by models, in one form for every protocol: the middle of each translation.

A codec (codec.py) decodes its protocol into these values and encodes them again. What a value's own protocol says of
it that has no place here waits in ``extras`` and is written back only into the same protocol; a part no other protocol
has is an ``Opaque``. So nothing is lost on the way back, and nothing foreign is sent on.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any, Literal

import msgspec

from sluice.base.formats import Format
from sluice.base.outcome import Fault
from sluice.base.usage import NO_USAGE, Usage

Extras = Mapping[str, Any]
"""Members of the source protocol, decoded, in order."""

NOTHING: Extras = {}


class Value(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What all values of a conversation share."""

    extras: Extras = NOTHING


class Text(Value, frozen=True, kw_only=True):
    """Words. ``citations`` are as the source protocol writes them: their offsets mean something only there, but for
    addresses of the web (see ``web_citations`` of the codecs)."""

    text: str
    citations: tuple[Citation, ...] = ()


class Citation(Value, frozen=True, kw_only=True):
    """Where a text comes from: a page of the web. ``extras`` hold whatever else the source says of it."""

    url: str
    title: str = ""
    quote: str = ""


class Image(Value, frozen=True, kw_only=True):
    """A picture: at an address, in base64 with its media type, or as the id of a file the provider holds."""

    url: str = ""
    data: str = ""
    media_type: str = ""
    file_id: str = ""


class Audio(Value, frozen=True, kw_only=True):
    """Sound in base64. ``kind`` is ``wav``, ``mp3``, ..."""

    data: str
    kind: str


class File(Value, frozen=True, kw_only=True):
    """A document: in base64 with its media type, as plain text, at an address, or as a file's id."""

    name: str = ""
    data: str = ""
    media_type: str = ""
    text: str = ""
    url: str = ""
    file_id: str = ""


class Reasoning(Value, frozen=True, kw_only=True):
    """What a model thought. ``signature`` proves it to the provider that made it; ``sealed`` is thought only that
    provider can read. Neither may ever go to another."""

    text: str = ""
    signature: str = ""
    sealed: str = ""


class ToolCall(Value, frozen=True, kw_only=True):
    """A call the model makes. ``arguments`` is the JSON text it wrote; ``{}`` when it wrote none."""

    id: str
    name: str
    arguments: str


class ToolResult(Value, frozen=True, kw_only=True):
    """What came of a call. ``plain``: its content was a bare text, not parts."""

    call_id: str
    parts: tuple[Part, ...] = ()
    failed: bool = False
    plain: bool = True


class Refusal(Value, frozen=True, kw_only=True):
    """The model's own words for not answering. ``apart``: they stood beside the content, not in it."""

    text: str
    apart: bool = False


class Opaque(Value, frozen=True, kw_only=True):
    """A part only its own protocol knows. ``value`` is all of it."""

    kind: str
    value: Mapping[str, Any]


HELD = frozenset(
    {
        "annotations", "cache_control", "citations", "content", "custom", "encrypted_content", "file", "fileData",
        "file_data", "function", "functionCall", "functionResponse", "id", "image_url", "index", "inlineData",
        "input_audio", "items", "reasoning", "reasoning_content", "signature", "source", "status", "summary",
        "thinking_blocks", "thought", "type",
    }
)  # fmt: skip
"""Names in ``extras`` that repeat, in the source's own spelling, what a value says anyway, or that each target has its
own way for: never reported as left out."""

Part = Text | Image | Audio | File | Reasoning | ToolCall | ToolResult | Refusal | Opaque
Role = Literal["system", "developer", "user", "assistant", "tool"]


class Turn(Value, frozen=True, kw_only=True):
    """One message. ``tool`` turns hold one ToolResult; protocols without that role put results into user turns.

    ``plain``: the content was a bare text. ``place`` is where it stands in the request, for errors: ``messages[2]``.
    """

    role: Role
    parts: tuple[Part, ...] = ()
    plain: bool = True
    place: str = ""


class Tool(Value, frozen=True, kw_only=True):
    """A function the model may call. ``schema`` is the JSON Schema of its arguments."""

    name: str
    description: str | None = None
    schema: Mapping[str, Any] | None = None
    strict: bool | None = None


class ForeignTool(Value, frozen=True, kw_only=True):
    """A tool that only the source protocol has (a server's web search, ...). ``value`` is all of it. ``optional``: the
    conversation goes on without it, so where it is unknown it is left out and reported."""

    kind: str
    value: Mapping[str, Any]
    optional: bool = False


class ToolChoice(Value, frozen=True, kw_only=True):
    """Whether tools must be called: ``auto``, ``none``, ``any`` (one of them), or ``named``. ``allowed`` are the
    names of the only functions to choose from, where not all are."""

    mode: Literal["auto", "none", "any", "named"]
    name: str = ""
    allowed: tuple[str, ...] = ()


class Schema(Value, frozen=True, kw_only=True):
    """The form an answer must have: any JSON object when ``schema`` is None, else what the JSON Schema says."""

    schema: Mapping[str, Any] | None = None
    name: str = ""
    description: str = ""
    strict: bool | None = None


Effort = Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"]


class Thinking(Value, frozen=True, kw_only=True):
    """How much to think: an effort, or a budget in tokens, or just on or off."""

    enabled: bool = True
    effort: Effort | None = None
    budget: int | None = None


class Request(Value, frozen=True, kw_only=True):
    """One request. ``spelled`` are the members behind the knobs as ``source`` wrote them: what has two spellings keeps
    its own on the way back, and what a target ignores is reported by its own name. ``extras`` are the members that
    are no knobs of this form; ``unheard`` what is said inside of the knobs and has no word here, by the names it is
    reported under: it is written back with ``spelled``."""

    source: Format
    model: str
    turns: tuple[Turn, ...]
    stream: bool = False
    max_output: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    stop: tuple[str, ...] = ()
    tools: tuple[Tool | ForeignTool, ...] = ()
    tool_choice: ToolChoice | None = None
    parallel: bool | None = None
    choices: int = 1
    schema: Schema | None = None
    thinking: Thinking | None = None
    user: str | None = None
    spelled: Mapping[str, Any] = NOTHING
    unheard: Extras = NOTHING


class Stop(Enum):
    """Why an answer ended."""

    END = "end"
    LENGTH = "length"
    CONTEXT = "context"
    SEQUENCE = "sequence"
    TOOLS = "tools"
    REFUSAL = "refusal"
    PAUSE = "pause"

    __hash__ = object.__hash__  # an Enum's own is written in Python


class Reply(Value, frozen=True, kw_only=True):
    """A whole answer. ``sequence`` is the stop text that was met; ``spelled`` as in Request."""

    source: Format
    id: str
    model: str
    parts: tuple[Part, ...] = ()
    stop: Stop = Stop.END
    sequence: str | None = None
    usage: Usage = NO_USAGE
    spelled: Mapping[str, Any] = NOTHING


# Events of a stream. Parts are numbered from 0 in the order they begin; several may be open at a time.


class Began(Value, frozen=True, kw_only=True):
    """The answer begins. ``usage`` is what is known of it so far (the prompt, from protocols that tell it first)."""

    id: str
    usage: Usage = NO_USAGE


class PartBegan(Value, frozen=True, kw_only=True):
    """A part begins: an empty Text, Reasoning, Refusal or ToolCall, or one that comes whole."""

    index: int
    part: Part


class PartGrew(Value, frozen=True, kw_only=True):
    """A part grows by a text (arguments of a ToolCall), a signature or a citation."""

    index: int
    text: str = ""
    signature: str = ""
    citation: Citation | None = None


class PartEnded(Value, frozen=True, kw_only=True):
    """A part is whole."""

    index: int


class Stopped(Value, frozen=True, kw_only=True):
    """The model stopped."""

    stop: Stop
    sequence: str | None = None


class Used(Value, frozen=True, kw_only=True):
    """The usage so far; later ones replace it."""

    usage: Usage


class Ended(Value, frozen=True, kw_only=True):
    """The protocol's own end: nothing follows."""


class Failed(Value, frozen=True, kw_only=True):
    """The stream broke its protocol, or told an error."""

    fault: Fault


Event = Began | PartBegan | PartGrew | PartEnded | Stopped | Used | Ended | Failed
