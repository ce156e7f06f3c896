"""Identifiers made from time and chance that are passed in."""

from __future__ import annotations

from functools import lru_cache

from sluice.base.clock import Rng

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]


def _base32(value: int, length: int) -> str:
    """The lowest ``5 * length`` bits, highest first; ``length`` is even."""
    return "".join([_PAIRS[value >> shift & 1023] for shift in range(5 * length - 10, -1, -10)])


def request_id(now_ms: int, rng: Rng) -> str:
    """``req_`` + 26 characters; sorts by time (Crockford base32, 48 bits of milliseconds, 80 of chance)."""
    chance, pairs = rng.getrandbits(80), _PAIRS
    # ``_base32``, written out: every request needs one.
    return (
        f"{_time_part(now_ms)}{pairs[chance & 1023]}{pairs[chance >> 10 & 1023]}{pairs[chance >> 20 & 1023]}"
        f"{pairs[chance >> 30 & 1023]}{pairs[chance >> 40 & 1023]}{pairs[chance >> 50 & 1023]}"
        f"{pairs[chance >> 60 & 1023]}{pairs[chance >> 70]}"
    )


# A busy worker takes several requests within one millisecond.
@lru_cache(maxsize=1)
def _time_part(now_ms: int) -> str:
    return "req_" + _base32(now_ms, 10)


def request_id_bound(ms: int) -> str:
    """Sorts before every request id made at ``ms`` (epoch milliseconds) or later, and after every earlier one."""
    return "req_" + _base32(max(ms, 0), 10)


def request_ms(identity: str) -> int:
    """When a request id was made, epoch milliseconds."""
    value = 0
    for letter in identity[4:14]:
        value = value << 5 | _ALPHABET.index(letter)
    return value


def completion_id(prefix: str, rng: Rng) -> str:
    """An id for an answer whose upstream gave none: ``chatcmpl-`` + 24 characters."""
    return prefix + _base32(rng.getrandbits(120), 24)
