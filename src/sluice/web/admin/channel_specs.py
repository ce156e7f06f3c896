"""From what people typed of a channel to what a dialect is bound by: addresses, options, and where a key may go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from sluice.relay.probe import Probe
from sluice.storage import proxies
from sluice.storage.manage.channels import ChannelRecord
from sluice.storage.sealing import SealError
from sluice.upstream.guard import AddressPolicy, check_base_url, check_proxy_url
from sluice.vendors.dialect import ChannelSpec
from sluice.vendors.registry import bind_each, vendors
from sluice.vendors.unfit import Unfit
from sluice.web.admin.caller import Visit
from sluice.web.admin.errors import ApiError, invalid


def check_address(here: Visit, *, base_url: str, proxy_url: str) -> None:
    """Checks typed addresses against the operator's policy. Raises ApiError 422 naming the field.

    Names are judged again when they are resolved (upstream/guard.py).
    """
    policy = AddressPolicy.ANY if here.deps.private_addresses() else AddressPolicy.PUBLIC
    for field, url, check in (
        ("base_url", base_url, check_base_url),
        ("proxy_url", proxy_url, check_proxy_url),
    ):
        try:
            if url:
                check(url, policy)
        except ValueError as error:
            raise invalid(field, str(error)) from None


def proxy_to_store(here: Visit, typed: str, stored: str = "") -> str:
    """What to store for a proxy's address that was checked; shown again, it is the stored one.

    Raises ApiError 422 for a mask that stands for nothing, 409 when the stored one cannot be read.
    """
    try:
        return proxies.to_store(typed, stored, here.deps.sealer)
    except SealError as error:
        raise ApiError(409, "key_unreadable", str(error), "proxy_url") from None
    except ValueError as error:
        raise invalid("proxy_url", str(error)) from None


def opened_proxy(here: Visit, stored: str) -> str:
    """A stored proxy's address, its login in clear. Raises ApiError 409 when it cannot be read."""
    try:
        return proxies.opened(stored, here.deps.sealer)
    except SealError as error:
        raise ApiError(409, "key_unreadable", str(error), "proxy_url") from None


def check_bindable(values: Mapping[str, Any], keys: Sequence[str]) -> ChannelSpec:
    """The spec of a channel, with the first key, if its provider can be bound to it with each of them.

    Raises ApiError 422 naming the field.
    """
    if values["provider"] not in vendors():
        raise invalid("provider", "there is no such provider")
    spec = ChannelSpec(
        provider=values["provider"],
        base_url=values["base_url"],
        key=next(iter(keys), ""),
        options=values["options"],
        model_mapping=values["model_mapping"],
    )
    try:
        bind_each(spec, keys)
    except Unfit as error:
        raise ApiError(422, "invalid_channel", str(error), error.field) from None
    return spec


def stored_spec(channel: ChannelRecord, key: str) -> ChannelSpec:
    """The spec of a stored channel with one of its keys."""
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


def check_proxy_trusted(probe: Probe, spec: ChannelSpec, old: str, new: str) -> None:
    """The same for proxies, which read all that goes to an upstream without TLS; addresses as stored.

    Raises ApiError 422.
    """
    plain = any(scheme == "http" for scheme, _ in _origins(probe, spec))
    if spec.key and plain and new and proxies.shown(new) != proxies.shown(old):
        raise ApiError(
            422, "key_required", "the channel would send its key through another proxy: give the key again", "key"
        )


def _origins(probe: Probe, spec: ChannelSpec) -> set[tuple[str, str]]:
    """Scheme and host of everything the channel calls."""
    try:
        urls = probe.urls(spec)
    except ValueError:
        return set()  # the stored channel's provider is gone: there is nothing its key may be sent to
    return {(parts.scheme, parts.netloc) for parts in map(urlsplit, urls.values())}
