"""From what people typed of a channel to what a dialect is bound by: addresses, options, and where a key may go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy.ext.asyncio import AsyncConnection

from sluice.relay.probe import Probe
from sluice.storage.manage import channels
from sluice.storage.manage.channels import ChannelRecord
from sluice.storage.sealing import SealError
from sluice.upstream.guard import AddressPolicy, check_base_url
from sluice.vendors.dialect import ChannelSpec
from sluice.vendors.registry import bind, vendors
from sluice.web.admin.caller import Visit
from sluice.web.admin.errors import ApiError, invalid

_MASK = "***"
_PROXY_SCHEMES = ("http", "https", "socks4", "socks5", "socks5h")


def check_address(here: Visit, *, base_url: str, proxy_url: str) -> None:
    """Checks typed addresses against the operator's policy. Raises ApiError 422 naming the field.

    Names are judged again when they are resolved (upstream/guard.py).
    """
    policy = AddressPolicy.ANY if here.deps.private_addresses() else AddressPolicy.PUBLIC
    if base_url:
        _check(base_url, policy, "base_url")
    if proxy_url:
        parts = _parts(proxy_url)
        if parts.scheme not in _PROXY_SCHEMES:
            raise invalid("proxy_url", f"the proxy's address must begin with one of {', '.join(_PROXY_SCHEMES)}://")
        if parts.password == _MASK:
            raise invalid("proxy_url", "the password in the proxy's address is masked: type it, or leave the field out")
        # What the guard knows of base URLs holds for the rest of a proxy's address too, but for scheme and user.
        _check(f"http://{parts.netloc.rpartition('@')[2]}{parts.path}", policy, "proxy_url")


def _check(url: str, policy: AddressPolicy, field: str) -> None:
    try:
        check_base_url(url, policy)
    except ValueError as error:
        raise invalid(field, str(error)) from None


def _parts(url: str) -> Any:
    try:
        return urlsplit(url)
    except ValueError:
        raise invalid("proxy_url", "the address is not a URL") from None


def mask_proxy(proxy_url: str) -> str:
    """A proxy's address without its password."""
    parts = urlsplit(proxy_url)
    if parts.password is None:
        return proxy_url
    host = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"{parts.username}:{_MASK}@{host}").geturl()


def check_bindable(values: Mapping[str, Any], key: str) -> ChannelSpec:
    """The spec of a channel, if its provider can be bound to it. Raises ApiError 422 naming the field."""
    if values["provider"] not in vendors():
        raise invalid("provider", "there is no such provider")
    spec = ChannelSpec(
        provider=values["provider"],
        base_url=values["base_url"],
        key=key,
        options=values["options"],
        model_mapping=values["model_mapping"],
    )
    try:
        bind(spec)
    except ValueError as error:
        raise ApiError(422, "invalid_channel", str(error)) from None
    return spec


async def stored_spec(here: Visit, conn: AsyncConnection, channel: ChannelRecord) -> ChannelSpec:
    """The spec of a stored channel, its key in clear. Raises ApiError 409 when the key cannot be read."""
    sealed = await channels.sealed_key(conn, channel.id)
    try:
        key = here.deps.sealer.unseal(sealed)
    except SealError as error:
        raise ApiError(409, "key_unreadable", str(error), "key") from None
    return ChannelSpec(
        provider=channel.provider,
        base_url=channel.base_url,
        key=key,
        options=channel.options,
        model_mapping=channel.model_mapping,
    )


def check_key_given(probe: Probe, old: ChannelSpec, new: ChannelSpec) -> None:
    """A stored key goes only where it was meant to go: another host needs it typed again. Raises ApiError 422.

    Else whoever may edit a channel, but not see its key, would point it at a host of their own and read the key there.
    """
    if old.key and not _origins(probe, new) <= _origins(probe, old):
        raise ApiError(422, "key_required", "the channel would send its key to another host: give the key again", "key")


def _origins(probe: Probe, spec: ChannelSpec) -> set[tuple[str, str]]:
    """Scheme and host of everything the channel calls."""
    try:
        urls = probe.urls(spec)
    except ValueError:
        return set()  # the stored channel's provider is gone: there is nothing its key may be sent to
    return {(parts.scheme, parts.netloc) for parts in map(urlsplit, urls.values())}
