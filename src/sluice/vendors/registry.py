"""All vendors, and the way from a channel to its dialect. A vendor's file in ``data/`` is found by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib import import_module
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType

from sluice.base.formats import Format
from sluice.formats.codecs import UPSTREAM_CODECS
from sluice.vendors.dialect import Addressed, ChannelSpec, Dialect
from sluice.vendors.openai_like import OpenAiLike
from sluice.vendors.schema import Vendor, parse_vendor
from sluice.vendors.unfit import Unfit
from sluice.vendors.urls import take_apart

_GENERIC = ("openai", "openai-compatible")


def load_vendors(folder: Traversable) -> Mapping[str, Vendor]:
    """The vendors of a folder of TOML files, by id, sorted. Raises ValueError for a file that is wrong."""
    found = {}
    for entry in folder.iterdir():
        if entry.name.endswith(".toml"):
            vendor = parse_vendor(entry.read_text("utf-8"))
            if entry.name != f"{vendor.id}.toml":
                raise ValueError(f"the file of the vendor {vendor.id!r} must be called {vendor.id}.toml")
            found[vendor.id] = vendor
    return MappingProxyType(dict(sorted(found.items())))


@cache
def vendors() -> Mapping[str, Vendor]:
    """The vendors Sluice knows, by id."""
    return load_vendors(files("sluice.vendors") / "data")


def bind(spec: ChannelSpec, known: Mapping[str, Vendor] | None = None) -> Dialect:
    """The dialect of a channel. ``known`` replaces the vendors Sluice ships.

    Raises Unfit, with a text for people and without the key, for an unknown provider, a base URL that cannot be
    one, a missing key or a bad option.
    """
    table = vendors() if known is None else known
    vendor = table.get(spec.provider)
    if vendor is None:
        raise Unfit(f"there is no provider {spec.provider!r}; known are: {', '.join(table)}", "provider")
    meant = _meant(vendor, spec, table)
    return _binder(meant)(meant, spec)


def bind_each(spec: ChannelSpec, keys: Sequence[str]) -> tuple[Dialect, ...]:
    """The dialect of a channel once for each of its keys; once without a key when it has none.

    Raises Unfit as ``bind``, telling which key it is; and for keys that speak two dialects.
    """
    found: list[Dialect] = []
    for number, key in enumerate(keys or ("",), 1):
        try:
            found.append(bind(replace(spec, key=key)))
        except Unfit as error:
            text = f"key {number} of {len(keys)}: {error}" if len(keys) > 1 else str(error)
            raise Unfit(text, error.field) from None
    if len({type(dialect) for dialect in found}) > 1:
        raise Unfit("its keys are of two kinds, for two protocols: make a channel of each kind", "key")
    return tuple(found)


def _meant(vendor: Vendor, spec: ChannelSpec, table: Mapping[str, Vendor]) -> Vendor:
    """The vendor whose address stands in a channel of OpenAI's type.

    Guides for other programs say "type OpenAI, and this address as proxy": what that vendor does otherwise than OpenAI
    (limits of a batch, further endpoints) holds all the same. A channel with options has said itself what it wants.
    """
    if vendor.id not in _GENERIC or any(spec.options.values()):
        return vendor
    origin = take_apart(spec.base_url, vendor).origin
    for other in table.values():
        addresses = [take_apart(url, other).origin for url in other.base_urls]
        if other.id not in _GENERIC and origin in addresses and _speaks_openai(other):
            return other
    return vendor


def _speaks_openai(vendor: Vendor) -> bool:
    """Whether its conversations are OpenAI's: at one host there may be a protocol of the vendor's own beside it."""
    spoken = vendor.formats() & UPSTREAM_CODECS.keys()
    return not spoken or Format.OPENAI_CHAT in spoken


def resolved_url(spec: ChannelSpec, fmt: Format, model: str, known: Mapping[str, Vendor] | None = None) -> str:
    """The address a request of this format for ``model`` (the upstream's name) would go to; no secret is in it.

    Raises Unfit as ``bind`` does, and when the provider does not serve the format.
    """
    dialect = bind(spec, known)
    if not (isinstance(dialect, Addressed) and dialect.serves(fmt)):
        raise ValueError(f"the provider {spec.provider!r} does not offer {fmt.value}")
    return dialect.url(fmt, model)


def _binder(vendor: Vendor) -> Callable[[Vendor, ChannelSpec], Dialect]:
    if not vendor.dialect:
        return OpenAiLike
    binder: Callable[[Vendor, ChannelSpec], Dialect] = import_module(f"sluice.vendors.{vendor.dialect}").bind
    return binder
