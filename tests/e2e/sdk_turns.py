"""Conversations by each provider's own SDK, told in the same words whatever protocol they went by: for matrices of
clients and upstreams."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

import anthropic
import httpx
import openai
from google import genai

from .gateways import Gateway
from .google_sdk import connected
from .sdks import NodeSdk

Json = dict[str, Any]

SCHEMA: Json = {"type": "object", "properties": {"city": {"type": "string"}}}
TOOL: Json = {"name": "get_weather", "description": "The weather of a city.", "parameters": SCHEMA}


@dataclass(frozen=True)
class Asked:
    """What a conversation begins with. ``thinks``: the model is asked to think, and what proves it to be sent along."""

    question: str
    tools: Sequence[Json] = ()
    picture: bytes = b""
    schema: Json | None = None
    thinks: bool = False

    @property
    def inlined(self) -> str:
        """The picture in base64."""
        return base64.b64encode(self.picture).decode()


class Turned(NamedTuple):
    """What came of a turn: the words, the calls (name and arguments), the tokens of prompt and answer, the thought."""

    text: str
    calls: list[tuple[str, Any]]
    counted: tuple[int, int] | None
    thought: str = ""


@dataclass
class Clients:
    """The SDKs, each set up once with address and key alone, and not to try again what failed. ``dropped`` is what the
    last answer to one for Python told as left out."""

    gateway: Gateway
    openai: openai.OpenAI
    anthropic: anthropic.Anthropic
    google: genai.Client
    node: NodeSdk | None
    answers: list[httpx.Response] = field(default_factory=list)

    @property
    def dropped(self) -> str:
        """The header of the last answer."""
        return str(self.answers[-1].headers.get("x-sluice-dropped", ""))


@contextmanager
def clients_of(gateway: Gateway, node: NodeSdk | None) -> Iterator[Clients]:
    """The SDKs for a gateway."""
    answers: list[httpx.Response] = []
    hooks: Mapping[str, Any] = {"event_hooks": {"response": [answers.append]}}
    with (
        openai.OpenAI(
            base_url=f"{gateway.url}/v1", api_key=gateway.key(), max_retries=0,
            http_client=openai.DefaultHttpxClient(**hooks),
        ) as ours,
        anthropic.Anthropic(
            base_url=gateway.url, api_key=gateway.key(), max_retries=0,
            http_client=anthropic.DefaultHttpxClient(**hooks),
        ) as theirs,
        connected(gateway, client_args=dict(hooks)) as google,
    ):  # fmt: skip
        yield Clients(gateway, ours, theirs, google, node, answers)


class Refused(Exception):
    """What the SDK for Node threw; ``kind`` is the name of its class."""

    def __init__(self, kind: str, status: int | None, message: str) -> None:
        super().__init__(message)
        self.kind, self.status_code = kind, status


class Talk(Protocol):
    """A conversation with a model by an SDK."""

    def ask(self, asked: Asked, streamed: bool) -> Turned:
        """Asks the model."""
        ...

    def tell(self, results: Sequence[str], streamed: bool, model: str = "") -> Turned:
        """Tells what came of the last turn's calls, each in its turn; to another model, if one is named."""
        ...
