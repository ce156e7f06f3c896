"""Packed bodies: whole in every split, bounded in every step, and refused when they are bombs."""

from __future__ import annotations

import gzip
import random
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sluice.base.errors import GatewayError
from sluice.web.unpacking import Unpacker

_MIB = 1024 * 1024


def _unpacked(packed: bytes, step: int) -> bytes:
    machine = Unpacker()
    pieces = [piece for at in range(0, len(packed), step) for piece in machine.feed(packed[at : at + step])]
    machine.finish()
    assert all(0 < len(piece) <= 64 * 1024 for piece in pieces)
    return b"".join(pieces)


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=500), st.integers(1, 40), st.integers(1, 600))
def test_what_was_packed_comes_out(text: bytes, times: int, step: int) -> None:
    data = text * times
    assert _unpacked(gzip.compress(data), step) == data


@pytest.mark.parametrize("size", [65535, 65536, 65537, 131072, _MIB])
def test_pieces_that_fit_exactly(size: int) -> None:
    assert _unpacked(gzip.compress(bytes(size)), 10**9) == bytes(size)


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=300), st.integers(1, 100))
def test_rubbish_is_refused(data: bytes, step: int) -> None:
    with pytest.raises(GatewayError) as caught:
        _unpacked(b"\0" + data, step)
    assert (caught.value.status, caught.value.code) == (400, "invalid_body")


@pytest.mark.parametrize("cut", [1, 8, 9, 20])
def test_what_ends_early_is_refused(cut: int) -> None:
    with pytest.raises(GatewayError) as caught:
        _unpacked(gzip.compress(random.Random(1).randbytes(1000))[:-cut], 100)
    assert caught.value.code == "invalid_body"


@pytest.mark.parametrize("behind", [b"rubbish", gzip.compress(b"more", mtime=0)])
def test_what_goes_on_behind_its_end_is_refused(behind: bytes) -> None:
    for step in (1, 10**6):
        with pytest.raises(GatewayError) as caught:
            _unpacked(gzip.compress(b"text") + behind, step)
        assert caught.value.code == "invalid_body"


def test_a_bomb_is_refused_before_it_is_large() -> None:
    packer = zlib.compressobj(wbits=31)
    bomb = b"".join([*(packer.compress(bytes(_MIB)) for _ in range(100)), packer.flush()])
    came: list[int] = []
    with pytest.raises(GatewayError) as caught:
        _count(bomb, came)
    assert (caught.value.status, caught.value.code) == (413, "body_too_large")
    assert sum(came) <= _MIB


def _count(packed: bytes, came: list[int]) -> None:
    machine = Unpacker()
    for at in range(0, len(packed), 4096):
        came.extend(map(len, machine.feed(packed[at : at + 4096])))


def test_a_body_that_packs_well_is_no_bomb() -> None:
    text = b'{"role":"user","content":"the same sentence once more"},' * 200_000
    packed = gzip.compress(text[: 8 * _MIB], 1)
    assert _unpacked(packed, 4096) == text[: 8 * _MIB]
