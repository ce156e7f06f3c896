"""The fixtures of a vendor: one folder for each, one TOML file for each case, decoded strictly.

A case binds one channel and says one call. What of it is given is checked: the request; the whole answer; the stream;
errors; batches; the list of models; the exchange for a credential. Bodies are written as the wire has them.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from io import BytesIO
from pathlib import Path

import msgspec

from sluice.base.formats import Format
from sluice.base.wire import WireHead
from sluice.fake.aws import frame
from sluice.formats.multipart import FormReader, SpooledForm
from sluice.formats.patch import parse_top
from sluice.vendors.bridge import speaker
from sluice.vendors.dialect import Call, ChannelSpec, Dialect
from sluice.vendors.registry import bind
from sluice.vendors.schema import Vendor

HERE = Path(__file__).parent
NOW_MS = 1_700_000_000_000
NONCE = 0x0123456789ABCDEF0123456789ABCDEF
FILE = b"RIFF not really a sound"


class _Part(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    pass


class ChannelPart(_Part):
    """The channel."""

    base_url: str = ""
    key: str = ""
    options: dict[str, str] = {}
    model_mapping: dict[str, str] = {}


class CallPart(_Part):
    """What the client asks: ``body`` is JSON; or ``fields`` are those of a form, which then holds a file too.

    ``upstream_model`` is the channel's name for ``model``, when it has another.
    """

    format: Format
    model: str
    upstream_model: str = ""
    body: str = ""
    fields: dict[str, str] = {}
    max_output: int | None = None
    headers: dict[str, str] = {}


class RequestPart(_Part):
    """What must go out. ``headers`` are all of them but content-type and user-agent; ``stream_body`` the body when
    the client asks for a stream, ``stream_headers`` and ``stream_url`` headers and address then, where they are
    others; ``fields`` those of a form; ``dropped`` what is reported as left out or changed. Where a websocket is
    opened, ``body`` is the message sent.
    """

    url: str
    headers: dict[str, str] = {}
    body: str = ""
    stream_url: str = ""
    stream_body: str = ""
    stream_headers: dict[str, str] = {}
    fields: dict[str, str] = {}
    dropped: list[str] = []
    method: str = "POST"


def framed(text: str) -> bytes:
    """A frame of a binary event stream: its payload JSON, or behind ``PayloadPart`` what it is."""
    name, _, payload = text.partition(" ")
    given = payload.encode() if name == "PayloadPart" else json.loads(payload)
    return frame(name.lstrip("!"), given, "exception" if name.startswith("!") else "event")


class AnswerPart(_Part):
    """An answer and what the client is told of it. ``expect`` empty: just what came. ``body_hex`` is for bytes;
    ``frames`` are those of a binary event stream, each ``name {json}`` (``!name`` for an exception).

    ``usage`` holds the counts that are not 0, or nothing when the upstream told none; ``charge`` is their price in
    nano-dollars at the case's ``rates``. Where a call takes a further exchange, ``first`` is what the first answers,
    and ``further`` the method, address and headers (without ``user-agent``) of what is asked then.
    """

    body: str = ""
    body_hex: str = ""
    frames: list[str] = []
    content_type: str = "application/json"
    expect: str = ""
    usage: dict[str, int] = {}
    finish: str | None = None
    charge: int = 0
    first: str = ""
    further: list[str] = []
    keeps_unknown: bool = True

    def sent(self) -> bytes:
        """The upstream's bytes."""
        if self.frames:
            return b"".join(map(framed, self.frames))
        return bytes.fromhex(self.body_hex) if self.body_hex else self.body.encode()

    def expected(self) -> bytes:
        """The client's."""
        return self.expect.encode() if self.expect else self.sent()


class StreamPart(AnswerPart):
    """A streamed answer. ``folds``: folded it is the whole answer of the same case. ``usage_so_far``: what is known
    when the body breaks off right before its last event."""

    folds: bool = True
    usage_so_far: dict[str, int] = {}


class FaultPart(_Part):
    """What an error comes to. Members left out are not there."""

    cause: str
    message: str
    code: str | None = None
    type: str | None = None
    param: str | None = None
    retry_after: float | None = None


class ErrorPart(_Part):
    """An error of the upstream. With ``stream`` it comes as the answer to a streamed call."""

    expect: FaultPart
    body: str = ""
    frames: list[str] = []
    status: int = 200
    content_type: str = "application/json"
    headers: dict[str, str] = {}
    stream: bool = False

    def sent(self) -> bytes:
        """The upstream's bytes."""
        return b"".join(map(framed, self.frames)) or self.body.encode()


class BatchPart(_Part):
    """A call sent as several: the bodies, the answers, and the one the client is told."""

    requests: list[str]
    replies: list[str]
    expect: str
    usage: dict[str, int] = {}
    charge: int = 0


class ModelsPart(_Part):
    """The list of models; ``url`` empty: there is none."""

    url: str = ""
    body: str = ""
    expect: list[str] = []


class MintPart(_Part):
    """How a credential is got: ``url``, ``request_body`` and answered ``body`` of an exchange, or nothing where it is
    computed; its value and lifetime in seconds; answers that are refusals."""

    value: str
    lifetime_s: int
    url: str = ""
    request_body: str = ""
    body: str = ""
    refusals: list[ErrorPart] = []


class Case(_Part):
    """One file."""

    about: str
    call: CallPart
    request: RequestPart
    channel: ChannelPart = msgspec.field(default_factory=ChannelPart)
    credential: str = ""
    rates: dict[str, str] = {}
    reply: AnswerPart | None = None
    stream: StreamPart | None = None
    errors: list[ErrorPart] = []
    batch: BatchPart | None = None
    models: ModelsPart | None = None
    mint: MintPart | None = None
    vendor: str = ""
    name: str = ""

    def dialect(self, known: Mapping[str, Vendor] | None = None) -> Dialect:
        """The vendor, bound to the case's channel; a bridge before it, for a call in a protocol it does not speak."""
        bound = bind(self.spec(), known)
        return speaker(bound, self.call.format) or bound

    def spec(self) -> ChannelSpec:
        """The channel as a dialect knows it."""
        channel = self.channel
        return ChannelSpec(
            provider=self.vendor,
            base_url=channel.base_url,
            key=channel.key,
            options=channel.options,
            model_mapping=channel.model_mapping,
        )

    def made(self, *, stream: bool = False, extra: Mapping[str, bytes] = {}) -> Call:
        """The call; ``extra`` are members added to its body."""
        call = self.call
        top = parse_top(call.body.encode()) if call.body else {}
        if stream:
            top["stream"] = msgspec.Raw(b"true")
        top |= {name: msgspec.Raw(value) for name, value in extra.items()}
        return Call(
            format=call.format,
            model=call.model,
            upstream_model=call.upstream_model or call.model,
            body=call.body.encode(),
            top=top,
            form=form_of(call.fields) if call.fields else None,
            stream=stream,
            wants_usage=True,
            max_output=call.max_output,
            now_ms=NOW_MS,
            nonce=NONCE,
            headers=tuple((name.encode(), value.encode()) for name, value in call.headers.items()),
        )

    def upstream_credential(self) -> str:
        """What the request carries: the channel's key, or what was got for it."""
        return self.credential or self.channel.key


def form_of(fields: Mapping[str, str]) -> SpooledForm:
    """A form with these fields and a small file, read as a client would send it."""
    reader = FormReader(b"multipart/form-data; boundary=x", spool=BytesIO)
    for name, value in fields.items():
        reader.feed(f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode())
    reader.feed(
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n' + FILE + b"\r\n--x--\r\n"
    )
    return reader.finish()


def head_of(answer: AnswerPart | ErrorPart) -> WireHead:
    """The head of an upstream's answer."""
    headers = [(b"content-type", answer.content_type.encode())]
    if not isinstance(answer, ErrorPart):
        return WireHead(200, headers)
    return WireHead(answer.status, [*headers, *((k.encode(), v.encode()) for k, v in answer.headers.items())])


def load_case(path: Path) -> Case:
    """One file. Raises ValueError naming it."""
    try:
        case = msgspec.convert(tomllib.loads(path.read_text("utf-8")), Case, strict=True)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ValueError(f"{path.parent.name}/{path.name}: {error}") from error
    case.vendor, case.name = path.parent.name, path.stem
    return case


def load_cases(folder: Path) -> Iterator[Case]:
    """All cases below a folder of vendors' folders."""
    for path in sorted(folder.glob("*/*.toml")):
        yield load_case(path)


def with_part(cases: Iterable[Case], part: str) -> list[Case]:
    """The cases that hold a part."""
    return [case for case in cases if getattr(case, part)]
