"""How much to set aside before a request is sent: cheap local estimates, and the worst case they can cost.

No tokenizer runs here: vocabularies are downloads and cost milliseconds, and the upstream's own count settles the bill.
An estimate decides only how much is held in the meantime, and what is charged when the upstream reports nothing.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import msgspec

from sluice.accounting.pricing import SCALE, at_tier
from sluice.base.money import Nano
from sluice.base.rates import Rates
from sluice.base.usage import Usage

ATTACHMENT_TOKENS: Final = 1_500
"""Allowance for an image or a piece of audio inside a request: near what a full-size image costs at most vendors."""

MIN_CAPPED_OUTPUT: Final = 16
"""The fewest output tokens worth sending a request for when money is short; also the least some upstreams accept."""

AUDIO_IN_PER_SECOND: Final = 10
AUDIO_TEXT_PER_SECOND: Final = 5
"""Tokens in and out of a second of transcribed audio, where it is priced by tokens (a token per 100 ms of speech)."""

SPOKEN_PER_CHARACTER: Final = 6
"""Audio tokens of a spoken character, where speech is priced by tokens: 20 tokens and four ideographs a second."""

IMAGE_OUT_TOKENS: Final = 6_240
"""Tokens of a generated image, where images are priced by tokens: the largest size at the highest quality."""

SHARE_WHEN_SHORT: Final = 4
"""One request whose client set no bound takes at most this part of money that is short, beyond the default output."""

Rung = tuple[int, int, int]
"""Above so many input tokens: the dearest rate of input, the dearest rate of output."""

_IMAGE, _AUDIO, _BASE64 = b'"image_url":', b'"input_audio"', b";base64,"
_LOOKED_FOR: Final = 5
"""Bytes of a sign that are looked for first: in a large text CPython finds five several times as fast as six."""

_NOT_CONTINUATION: Final = bytes(set(range(256)) - set(range(0x80, 0xC0)))


class Reservation(msgspec.Struct, frozen=True):
    """Money to set aside. ``max_output`` is the cap to write into the upstream request (tokens for each choice), None
    for no cap; ``worst`` is what the uncapped worst case would have taken."""

    amount: Nano
    max_output: int | None
    worst: Nano


class Refusal(msgspec.Struct, frozen=True):
    """Not enough money: ``needed`` is the worst case, ``available`` what there was."""

    needed: Nano
    available: Nano


def estimate_input_tokens(body: bytes) -> int:
    """Tokens of a JSON request body, at least 1, in one pass at C speed.

    Four ASCII bytes are a token, an ideograph is one (also written as ``\\uXXXX``), two letters of another alphabet are
    one. The JSON around the text stands for the tokens a chat template adds. Base64 attachments and images given by
    address count ``ATTACHMENT_TOKENS`` each, whatever their length.
    """
    data_urls, audio, text = _without_attachments(body)
    images = text.count(_IMAGE) if _IMAGE[:_LOOKED_FOR] in text else 0
    attachments = audio + max(data_urls, images)
    # Searching for one byte costs a tenth of searching for two.
    escapes = text.count(b"\\u") if b"\\" in text else 0
    ascii_bytes = len(text) - 6 * escapes
    halves = 0
    if not text.isascii():
        # n bytes of UTF-8 have n - 1 continuation bytes: ideographs two, other alphabets one.
        halves = len(text.translate(None, _NOT_CONTINUATION))
        ascii_bytes -= halves + (halves >> 1)
    quarters = max(ascii_bytes, 0) + 2 * halves
    return max((quarters + 3) // 4 + escapes + attachments * ATTACHMENT_TOKENS, 1)


def estimate_output_tokens(output_bytes: int) -> int:
    """Tokens of generated text by its UTF-8 bytes: four a token, for English words and for ideographs alike."""
    return (output_bytes + 3) // 4 if output_bytes > 0 else 0


def plan_reservation(
    rates: Rates,
    multiplier_ppm: int,
    input_tokens: int,
    asked_max_output: int | None,
    choices: int,
    model_max_output: int | None,
    default_max_output: int,
    available: Nano,
) -> Reservation | Refusal:
    """What to set aside for generated text.

    The worst case is the input estimate and, for each choice, the output the client allows, else what the model can
    give, else the default. Where the client set no bound and the worst case cannot be paid, the output is capped to the
    default, or to what a quarter of the money pays if that is more, so that requests at the same time find money too;
    never below ``MIN_CAPPED_OUTPUT`` tokens. A free price sets nothing aside and needs no balance.
    """
    bound = asked_max_output
    if bound is None:
        bound = default_max_output if model_max_output is None else model_max_output
    _, input_rate, output_rate = _dearest_at(rates, input_tokens) if rates.tiers else _dearest(rates)[0]
    fixed = (input_tokens * input_rate + (rates.request or 0)) * multiplier_ppm
    each = choices * output_rate * multiplier_ppm
    worst = _round_up((fixed + bound * each) * 1000)
    if worst <= available if available > 0 else _is_free(rates, multiplier_ppm):
        return Reservation(worst, None, worst)
    if asked_max_output is None and each:
        affordable = (available * (SCALE // 1000) - fixed) // each
        cap = min(affordable, max(default_max_output, affordable // SHARE_WHEN_SHORT), bound)
        if cap >= MIN_CAPPED_OUTPUT:
            return Reservation(_round_up((fixed + cap * each) * 1000), cap, worst)
    return Refusal(worst, available)


def plan_fixed(rates: Rates, multiplier_ppm: int, expected: Usage, available: Nano) -> Reservation | Refusal:
    """What to set aside where the cost does not hang on generated text: embeddings, rerank, images, speech, ..."""
    usage = in_priced_units(rates, expected)
    _, input_rate, output_rate = _dearest_at(rates, usage.input_tokens)
    total = 1000 * (usage.input_tokens * input_rate + usage.output_tokens * output_rate + (rates.request or 0))
    total += 1000 * usage.characters * (rates.character or 0) + usage.audio_ms * (rates.audio_second or 0)
    total += 1000 * (usage.images * (rates.image or 0) + usage.search_units * (rates.search or 0))
    worst = _round_up(total * multiplier_ppm)
    if worst <= available if available > 0 else _is_free(rates, multiplier_ppm):
        return Reservation(worst, None, worst)
    return Refusal(worst, available)


def in_priced_units(rates: Rates, expected: Usage) -> Usage:
    """An expected usage with tokens put in for the audio, text and pictures that the price counts only as tokens."""
    extra_in = extra_audio = extra_image = extra_text = 0
    if expected.audio_ms and rates.audio_second is None:
        seconds = (expected.audio_ms + 999) // 1000
        extra_in, extra_text = seconds * AUDIO_IN_PER_SECOND, seconds * AUDIO_TEXT_PER_SECOND
    if expected.characters and rates.character is None and rates.audio_second is None:
        extra_audio = expected.characters * SPOKEN_PER_CHARACTER
    if expected.images and rates.image is None:
        extra_image = expected.images * IMAGE_OUT_TOKENS
    if not (extra_in or extra_audio or extra_image):
        return expected
    return msgspec.structs.replace(
        expected,
        input_tokens=expected.input_tokens + extra_in,
        input_audio_tokens=expected.input_audio_tokens + extra_in,
        output_tokens=expected.output_tokens + extra_text + extra_audio + extra_image,
        output_audio_tokens=expected.output_audio_tokens + extra_audio,
        output_image_tokens=expected.output_image_tokens + extra_image,
    )


def _round_up(scaled: int) -> Nano:
    return -(-scaled // SCALE)


@lru_cache(maxsize=4096)
def _dearest(rates: Rates) -> tuple[Rung, ...]:
    """A rung for the rates and for each tier, rising: whatever part of a request its tokens turn out to be, and
    whichever tier up to there it ends in, no token costs more."""
    ladder: list[Rung] = [(-1, *_highest(rates))]
    for tier in sorted(rates.tiers, key=lambda tier: tier.above_input_tokens):
        above, (inputs, outputs) = tier.above_input_tokens, _highest(at_tier(rates, tier))
        ladder.append((above, max(inputs, ladder[-1][1]), max(outputs, ladder[-1][2])))
    return tuple(ladder)


def _highest(rates: Rates) -> tuple[int, int]:
    cached = (rates.cached_input, rates.cached_input_audio, rates.cache_write, rates.cache_write_1h)
    inputs = (*cached, rates.input_audio, rates.input_image)
    outputs = (rates.reasoning, rates.output_audio, rates.output_image)
    return max(rates.input, *(r or 0 for r in inputs)), max(rates.output, *(r or 0 for r in outputs))


def _dearest_at(rates: Rates, input_tokens: int) -> Rung:
    """The highest rung that up to ``input_tokens`` may end on."""
    ladder = _dearest(rates)
    highest = ladder[0]
    for rung in ladder[1:]:
        if rung[0] < input_tokens:
            highest = rung
    return highest


@lru_cache(maxsize=4096)
def _is_free(rates: Rates, multiplier_ppm: int) -> bool:
    if not multiplier_ppm:
        return True
    if any(inputs or outputs for _, inputs, outputs in _dearest(rates)):
        return False
    return not (rates.character or rates.audio_second or rates.image or rates.search or rates.request or rates.training)


def _without_attachments(body: bytes) -> tuple[int, int, bytes]:
    """How many ``data:`` addresses and pieces of audio a body has, and the body without their base64."""
    data_urls = _data_urls(body) if b";" in body and _BASE64[:_LOOKED_FOR] in body else []
    audio = _audio_data(body) if _AUDIO[:_LOOKED_FOR] in body else []
    if not (data_urls or audio):
        return 0, 0, body
    kept = []
    position = 0
    for start, end in sorted(data_urls + audio):
        kept.append(body[position:start])
        position = max(position, end)
    kept.append(body[position:])
    return len(data_urls), len(audio), b"".join(kept)


def _data_urls(body: bytes) -> list[tuple[int, int]]:
    """Where the base64 of ``data:`` addresses begins and ends."""
    runs = []
    position = 0
    while (start := body.find(_BASE64, position)) >= 0:
        start += 8
        position = _end_of_string(body, start)
        if _is_base64(body, start, position):
            runs.append((start, position))
    return runs


def _audio_data(body: bytes) -> list[tuple[int, int]]:
    """Where the bare base64 of ``{"input_audio": {"data": "..."}}`` begins and ends."""
    runs = []
    position = 0
    while (position := body.find(_AUDIO, position)) >= 0:
        name = body.find(b'"data"', position)
        start = body.find(b'"', name + 6) + 1 if name >= 0 else 0
        if not start:
            break
        position = _end_of_string(body, start)
        if not body.startswith(b"data:", start) and _is_base64(body, start, position):
            runs.append((start, position))
    return runs


def _end_of_string(body: bytes, start: int) -> int:
    end = body.find(b'"', start)
    return len(body) if end < 0 else end


def _is_base64(body: bytes, start: int, end: int) -> bool:
    """Whether a run is not text that hides behind the mark of an attachment: no spaces, no ``\\uXXXX``, no other
    alphabet. (Some encoders write ``\\/`` for a slash.)"""
    if body.find(b" ", start, end) >= 0:
        return False
    if body.find(b"\\", start, end) >= 0 and body.find(b"\\u", start, end) >= 0:
        return False
    return body[start:end].isascii()
