"""Gemini's protocol by its provider's own SDK: its client, its answers put together, and channels to try it with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from google import genai
from google.genai import types

from .gateways import Gateway

SUFFIXES = (
    "", "-tool", "-ptool", "-think", "-think-ptool", "-json", "-filter", "-429", "-500", "-split", "-crlf",
    "-slow-errstream", "-slow-abort",
)  # fmt: skip
HI = "one two three"
"""Three tokens by the fake provider's count; it answers ``You said: one two three``, five."""
THOUGHT = "Let me think about it step by step."


@dataclass
class Upstream:
    """The SDK's client, and the models of the channel it is to be tried with."""

    client: genai.Client
    gateway: Gateway
    family: str

    def model(self, suffix: str = "") -> str:
        """The name of a model with a scenario."""
        return self.family + suffix

    def ask(self, streamed: bool, suffix: str = "", contents: Any = HI, **config: Any) -> Answer:
        """An answer, in one of both ways."""
        given: dict[str, Any] = {"model": self.model(suffix), "contents": contents}
        given["config"] = types.GenerateContentConfig(**config)
        if not streamed:
            return Answer([self.client.models.generate_content(**given)])
        return Answer(list(self.client.models.generate_content_stream(**given)))

    def received(self, since: int) -> dict[str, Any]:
        """The body of the one request the upstream received after a mark."""
        (entry,) = self.gateway.provider.seen(since)
        body: dict[str, Any] = json.loads(entry["body"])
        return body


@dataclass
class Answer:
    """An answer in its pieces: one when it came whole."""

    pieces: list[types.GenerateContentResponse]

    @property
    def parts(self) -> list[types.Part]:
        """All parts."""
        contents = [piece.candidates[0].content for piece in self.pieces if piece.candidates]
        return [part for content in contents if content for part in content.parts or []]

    @property
    def text(self) -> str:
        """The words that are no thought."""
        return "".join(part.text or "" for part in self.parts if not part.thought)

    @property
    def thought(self) -> str:
        """The words that are."""
        return "".join(part.text or "" for part in self.parts if part.thought)

    @property
    def calls(self) -> list[types.FunctionCall]:
        """The calls."""
        return [part.function_call for part in self.parts if part.function_call]

    @property
    def reason(self) -> types.FinishReason | None:
        """Why it ended: told once, in the last piece."""
        told = [piece.candidates[0].finish_reason for piece in self.pieces if piece.candidates]
        assert all(reason is None for reason in told[:-1])
        return told[-1]

    @property
    def counted(self) -> tuple[int | None, int | None]:
        """Tokens of the prompt, and of the answer without its thoughts."""
        usage = self.pieces[-1].usage_metadata
        assert usage is not None
        return usage.prompt_token_count, usage.candidates_token_count

    @property
    def content(self) -> types.Content:
        """What goes back into the conversation."""
        return types.Content(
            role="model", parts=[part for part in self.parts if part.text != "" or part.thought_signature]
        )


Families = Mapping[str, tuple[str, str]]
"""Model family -> provider and wire."""


def open_channels(gateway: Gateway, families: Families) -> None:
    """Makes a channel for each family, at $1 and $2 a million input and output tokens."""
    for family, (provider, wire) in families.items():
        names = [family + suffix for suffix in SUFFIXES]
        gateway.channel(names, name=f"google {family}", provider=provider, wire=wire)
        for name in names:
            gateway.price(name, input="1", output="2")


def connected(gateway: Gateway, key: str = "", **options_given: Any) -> genai.Client:
    """The SDK, set up with address and key alone; it is not to try again what failed. Options are of its transport."""
    retry = types.HttpRetryOptions(attempts=1)
    options = types.HttpOptions(base_url=gateway.url, retry_options=retry, **options_given)
    return genai.Client(api_key=key or gateway.key(), http_options=options)
