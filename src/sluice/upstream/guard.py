"""The address guard: which addresses the gateway may connect to, checked on the very address that is connected."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from enum import Enum
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from sluice.upstream.client import Refused, Unreachable

Address = IPv4Address | IPv6Address
Resolver = Callable[[str, int], Awaitable[list[str]]]
"""(host, port) -> IP addresses as text. Raises OSError."""

_METADATA = frozenset(
    map(
        ip_address,
        (
            *("169.254.169.254", "fd00:ec2::254", "fd20:ce::254", "100.100.100.200", "168.63.129.16", "192.0.0.192"),
            *("169.254.170.2", "169.254.170.23", "fd00:ec2::23"),  # of containers
        ),
    )
)
"""Where clouds hand credentials to whoever asks from inside: AWS, Google, Alibaba, Azure, Oracle."""
_UNICAST = ip_network("2000::/3")
"""What is global in IPv6 (RFC 4291, 2.4); the ipaddress module takes the rest for global where it is not assigned."""
_SHARED = ip_network("100.64.0.0/10")
_PROTOCOLS = ip_network("192.0.0.0/24")
_NAT64 = ip_network("64:ff9b::/96")


class AddressPolicy(Enum):
    """``ANY``: what an operator configured; private networks are allowed. ``PUBLIC``: what anybody else can name."""

    ANY = "any"
    PUBLIC = "public"


async def system_resolver(host: str, port: int) -> list[str]:
    """Asks the system, off the event loop. Raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(item[4][0]) for item in found))


def _inner(address: Address) -> Address:
    """The IPv4 address an IPv6 one stands for (mapped, 6to4, NAT64), else the address itself."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address.sixtofour is not None:
            return address.sixtofour
        if address in _NAT64:
            return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def allowed(address: Address, policy: AddressPolicy) -> bool:
    """Whether the policy lets the gateway connect to this address."""
    inner = _inner(address)
    if inner in _METADATA:
        return False
    if policy is AddressPolicy.ANY:
        return True
    if not inner.is_global or inner.is_multicast:
        return False
    return inner in _UNICAST if inner.version == 6 else inner not in _SHARED and inner not in _PROTOCOLS


class Guard:
    """Resolves hosts and lets through only what its policy allows."""

    def __init__(self, policy: AddressPolicy = AddressPolicy.ANY, resolver: Resolver = system_resolver) -> None:
        self.policy = policy
        self._resolver = resolver

    def check_numbers(self, host: str) -> None:
        """Raises Refused for a host written as numbers, in any of the forms systems read, that is not allowed.

        For where names are resolved elsewhere: by a proxy.
        """
        address = _as_numbers(host)
        if address is not None and not allowed(address, self.policy):
            raise Refused(f"the address of {host} is not allowed")

    async def resolve(self, host: str, port: int) -> list[str]:
        """The addresses to connect to. Raises Unreachable when there are none, Refused when none is allowed."""
        try:
            candidates = [str(ip_address(host))]
        except ValueError:
            try:
                candidates = await self._resolver(host, port)
            except (OSError, UnicodeError) as error:
                raise Unreachable(f"cannot resolve {host}") from error
        good = [text for text in candidates if allowed(ip_address(text.split("%")[0]), self.policy)]
        if not good:
            raise Refused(f"the address of {host} is not allowed") if candidates else Unreachable(f"{host}: no address")
        return good


def _as_numbers(host: str) -> Address | None:
    """The address a host spells out, also in the octal, hexadecimal and short forms of inet_aton; None for a name."""
    try:
        return ip_address(host)
    except ValueError:
        pass
    try:
        return IPv4Address(socket.inet_aton(host))
    except (OSError, UnicodeError):
        return None


def origin_host(origin: str) -> str:
    """The host of ``scheme://host[:port]``. Raises Unreachable when it is not that."""
    try:
        parts = urlsplit(origin)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0 and origin.isascii()
    except ValueError:
        usable = False
    if not usable:
        raise Unreachable("the upstream's address is not usable")
    return parts.hostname or ""


PROXY_SCHEMES = ("http", "https", "socks4", "socks5", "socks5h")


def check_proxy_url(url: str, policy: AddressPolicy) -> None:
    """Checks the form of a proxy's address someone typed. Raises ValueError saying what to change."""
    try:
        parts = urlsplit(url)
    except ValueError:
        raise ValueError("the address is not a URL") from None
    if parts.scheme not in PROXY_SCHEMES:
        raise ValueError(f"the proxy's address must begin with one of {', '.join(PROXY_SCHEMES)}://")
    # What holds for base URLs holds for the rest of a proxy's address too, but for scheme and user.
    login, _, host = parts.netloc.rpartition("@")
    if any(ord(char) <= 32 or ord(char) == 127 for char in login):
        raise ValueError("the address holds a space or a control character")
    check_base_url(f"http://{host}{parts.path}", policy)


def check_base_url(url: str, policy: AddressPolicy) -> None:
    """Checks the form of an address someone typed. Raises ValueError saying what to change.

    Names are judged when they are resolved; here only an address written as numbers can be refused.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError("the address is not a URL: check the host and port") from None
    if parts.scheme not in ("http", "https"):
        raise ValueError("the address must begin with http:// or https://")
    if not parts.hostname:
        raise ValueError("the address names no host")
    if parts.username is not None or parts.password is not None:
        raise ValueError("the address must not hold a user name or password: put the key into the key field")
    if parts.fragment:
        raise ValueError("the address must not hold a '#'")
    if port == 0 or any(ord(char) <= 32 or ord(char) == 127 for char in url):
        raise ValueError("the address holds a bad port, a space or a control character")
    literal = _as_numbers(parts.hostname)
    if literal is not None and not allowed(literal, policy):
        raise ValueError("the address is not allowed here")
