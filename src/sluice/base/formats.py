"""The wire protocols Sluice knows, by id."""

from __future__ import annotations

from enum import StrEnum


class Format(StrEnum):
    """A wire protocol a client or an upstream may speak."""

    OPENAI_CHAT = "openai_chat"
    OPENAI_COMPLETIONS = "openai_completions"
    OPENAI_RESPONSES = "openai_responses"
    ANTHROPIC = "anthropic"
    GEMINI = "gemini"
    CONVERSE = "converse"
    COHERE_CHAT = "cohere_chat"
    EMBEDDINGS = "embeddings"
    RERANK = "rerank"
    IMAGES = "images"
    IMAGE_EDITS = "image_edits"
    IMAGE_VARIATIONS = "image_variations"
    SPEECH = "speech"
    TRANSCRIPTIONS = "transcriptions"
    TRANSLATIONS = "translations"
    MODERATIONS = "moderations"
    REALTIME = "realtime"
    FILES = "files"
    BATCHES = "batches"
    FINE_TUNING = "fine_tuning"


HELD = frozenset({Format.FILES, Format.BATCHES, Format.FINE_TUNING})
"""Protocols of things an upstream keeps for its client: what is done with one goes where it lies."""
UNANSWERED = HELD | {Format.REALTIME}
"""Protocols that no ``Reader`` reads: their answers are passed on."""
