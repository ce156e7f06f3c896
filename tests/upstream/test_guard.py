"""The address guard: what may be connected to, in every way an address can be written."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from sluice.upstream.client import Refused, Unreachable
from sluice.upstream.guard import AddressPolicy, Guard, allowed, check_base_url

_PUBLIC = ["1.1.1.1", "8.8.8.8", "104.18.6.192", "2606:4700::6810:7c0", "2a00:1450:4001::1"]
_INSIDE = [
    *("127.0.0.1", "127.255.255.254", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1"),
    *(
        "169.254.1.1",
        "100.64.0.1",
        "100.127.255.255",
        "192.0.0.8",
        "198.18.0.1",
        "203.0.113.1",
        "224.0.0.1",
        "240.0.0.1",
    ),
    *(
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1",
        "fec0::1",
        "fc00::1",
        "fd12:3456::1",
        "ff02::1",
        "2001:db8::1",
        "4000::1",
    ),
    *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::1"),
    *("2002:7f00:1::", "2002:a00:1::"),
]
_METADATA = [
    *("169.254.169.254", "169.254.170.2", "169.254.170.23", "100.100.100.200", "168.63.129.16", "192.0.0.192"),
    *(
        "fd00:ec2::254",
        "fd00:ec2::23",
        "fd20:ce::254",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "2002:a9fe:a9fe::",
    ),
]


@pytest.mark.parametrize("text", _PUBLIC)
def test_public_addresses_are_allowed_by_every_policy(text: str) -> None:
    assert all(allowed(ip_address(text), policy) for policy in AddressPolicy)


@pytest.mark.parametrize("text", _INSIDE)
def test_addresses_inside_are_for_operators_only(text: str) -> None:
    assert not allowed(ip_address(text), AddressPolicy.PUBLIC)
    assert allowed(ip_address(text), AddressPolicy.ANY)


@pytest.mark.parametrize("text", _METADATA)
def test_metadata_services_are_for_nobody(text: str) -> None:
    assert not any(allowed(ip_address(text), policy) for policy in AddressPolicy)


_LOOPBACK_FORMS = ["127.0.0.1", "127.1", "2130706433", "0177.0.0.1", "0x7f.0.0.1", "0x7f000001", "017700000001", "0"]


@pytest.mark.parametrize("host", [*_LOOPBACK_FORMS, "localhost"])
async def test_loopback_is_refused_however_it_is_written(host: str) -> None:
    # The system's own resolver reads these forms: what it makes of them is judged.
    with pytest.raises(Refused):
        await Guard(AddressPolicy.PUBLIC).resolve(host, 80)


@pytest.mark.parametrize("host", _LOOPBACK_FORMS)
def test_numbers_are_judged_where_names_are_resolved_elsewhere(host: str) -> None:
    with pytest.raises(Refused):
        Guard(AddressPolicy.PUBLIC).check_numbers(host)
    Guard(AddressPolicy.ANY).check_numbers(host)
    Guard(AddressPolicy.PUBLIC).check_numbers("upstream.test")


@pytest.mark.parametrize("host", _LOOPBACK_FORMS)
def test_a_base_url_in_numbers_is_judged_when_it_is_typed(host: str) -> None:
    with pytest.raises(ValueError, match="not allowed"):
        check_base_url(f"http://{host}/v1", AddressPolicy.PUBLIC)
    check_base_url(f"http://{host}/v1", AddressPolicy.ANY)


@pytest.mark.parametrize(
    "url",
    [
        *("", "example.com", "ftp://example.com", "http://", "http://user@example.com", "http://u:p@example.com"),
        *("http://example.com/#x", "http://example.com:0", "http://example.com:x", "http://example.com:99999"),
        *("http://exa mple.com", "http://example.com/\n", "http://[::1", "http://169.254.169.254/latest"),
    ],
)
def test_a_base_url_that_is_not_usable_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="the address"):
        check_base_url(url, AddressPolicy.ANY)


async def _answering(*addresses: str) -> list[str]:
    return list(addresses)


async def test_only_the_allowed_of_several_addresses_are_used() -> None:
    guard = Guard(AddressPolicy.PUBLIC, lambda host, port: _answering("10.0.0.1", "1.1.1.1", "fe80::1%eth0", "::1"))
    assert await guard.resolve("upstream.test", 443) == ["1.1.1.1"]


@pytest.mark.parametrize("address", [*_INSIDE, *_METADATA])
async def test_a_name_that_leads_inside_is_refused(address: str) -> None:
    guard = Guard(AddressPolicy.PUBLIC, lambda host, port: _answering(address))
    with pytest.raises(Refused) as caught:
        await guard.resolve("upstream.test", 443)
    assert address not in str(caught.value)


async def test_a_name_without_address_is_unreachable_not_refused() -> None:
    async def failing(host: str, port: int) -> list[str]:
        raise OSError("no such host")

    for guard in (Guard(resolver=failing), Guard(resolver=lambda host, port: _answering())):
        with pytest.raises(Unreachable) as caught:
            await guard.resolve("upstream.test", 443)
        assert not isinstance(caught.value, Refused)
