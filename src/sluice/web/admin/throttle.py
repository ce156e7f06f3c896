"""Bounds on guessing passwords: attempts per address and per name in a window of time. In memory, one per worker."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Mapping
from ipaddress import IPv6Address, ip_address, ip_network

WINDOW_S = 300.0
PER_ADDRESS = 20
PER_NAME = 10
_MOST_KEYS = 20_000


class Throttle:
    """Counts attempts before they are judged, so that many at once cannot slip through together."""

    def __init__(self) -> None:
        self._attempts: OrderedDict[str, deque[float]] = OrderedDict()

    def attempt(self, address: str, name: str, now: float) -> int | None:
        """Counts one attempt at ``now`` (seconds, monotonic); or says for how many seconds to stay away."""
        keys = _keys(address, name)
        waits = [wait for key, most in keys.items() if (wait := self._wait(key, most, now)) is not None]
        if waits:
            return max(waits)
        for key in keys:
            self._attempts.setdefault(key, deque()).append(now)
            self._attempts.move_to_end(key)
        while len(self._attempts) > _MOST_KEYS:
            self._attempts.popitem(last=False)
        return None

    def succeeded(self, address: str, name: str) -> None:
        """Forgets the attempts at the name, and the one just made from the address. Others from there still count: an
        account of one's own must not buy guesses at another's."""
        of_address, of_name = _keys(address, name)
        self._attempts.pop(of_name, None)
        if attempts := self._attempts.get(of_address):
            attempts.pop()

    def _wait(self, key: str, most: int, now: float) -> int | None:
        attempts = self._attempts.get(key)
        if attempts is None:
            return None
        while attempts and attempts[0] <= now - WINDOW_S:
            attempts.popleft()
        if len(attempts) < most:
            return None
        return max(1, round(attempts[0] + WINDOW_S - now))


def _keys(address: str, name: str) -> Mapping[str, int]:
    return {f"address {_network(address)}": PER_ADDRESS, f"name {name.casefold()}": PER_NAME}


def _network(address: str) -> str:
    """An IPv6 client owns a whole /64."""
    try:
        ip = ip_address(address)
    except ValueError:
        return address
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped is None:
        return str(ip_network((ip, 64), strict=False))
    return str(ip)
