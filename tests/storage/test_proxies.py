"""Proxies' addresses at rest: what is shown, what is stored, and what comes out again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluice.storage.proxies import opened, shown, to_store
from sluice.storage.sealing import Sealer, SealError

_SEALER = Sealer(bytes(32))
_LOGINS = st.text("abcXYZ019-._~%:!$&'()*+,;=", min_size=1, max_size=60).filter(lambda text: "***" not in text)


@given(_LOGINS)
def test_what_is_sealed_is_not_shown_and_comes_back(login: str) -> None:
    typed = f"socks5://{login}@proxy.test:1080"
    stored = to_store(typed, "", _SEALER)
    assert opened(stored, _SEALER) == typed
    assert shown(stored) == "socks5://***@proxy.test:1080"
    assert len(login) < 8 or login not in stored, "shorter ones may well stand in a ciphertext"
    assert to_store(typed, stored, _SEALER) == stored == to_store(shown(stored), stored, _SEALER)


@pytest.mark.parametrize("address", ["", "http://proxy.test", "socks5://[::1]:1080"])
def test_an_address_without_login_is_stored_as_it_is(address: str) -> None:
    assert to_store(address, "", _SEALER) == shown(address) == opened(address, _SEALER) == address


def test_one_stored_in_clear_is_read_and_sealed_when_it_is_typed_or_shown_again() -> None:
    old = "http://user:word@proxy.test"
    assert shown(old) == "http://***@proxy.test"
    assert opened(old, _SEALER) == old
    for typed in (old, shown(old)):
        stored = to_store(typed, old, _SEALER)
        assert "word" not in stored
        assert opened(stored, _SEALER) == old


@pytest.mark.parametrize("mask", ["***", "user:***", "***:word"])
def test_a_mask_stands_for_nothing_at_another_address(mask: str) -> None:
    stored = to_store("http://user:word@proxy.test", "", _SEALER)
    for known in (stored, ""):
        with pytest.raises(ValueError, match="masked"):
            to_store(f"http://{mask}@elsewhere.test", known, _SEALER)


@pytest.mark.parametrize("damaged", ["http://sealed.@h", "http://sealed.AAAA@h", "http://sealed.A@h"])
def test_what_cannot_be_opened_says_so(damaged: str) -> None:
    with pytest.raises(SealError):
        opened(damaged, _SEALER)
