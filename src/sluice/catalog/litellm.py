"""Reads the price file of the LiteLLM project: a flat JSON object, ``provider/model`` -> USD per token and other facts.

Field names: the file's ``sample_spec`` entry and the entries themselves (version 1.110.2). What our rates cannot say is
left out: flex and priority tiers, off-peak hours (the dearer hours count), regional uplifts, tools.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import cache
from typing import Any

from sluice.base.rates import UNITS, RateError, Rates, rates_from_usd
from sluice.catalog.data_files import read_toml
from sluice.catalog.rows import MAX_NAME, CatalogPrice, EntryError, PriceList

_TOKEN_RATES = {
    "input_cost_per_token": "input",
    "output_cost_per_token": "output",
    "cache_read_input_token_cost": "cached_input",
    "cache_read_input_audio_token_cost": "cached_input_audio",
    "cache_creation_input_token_cost": "cache_write",
    "cache_creation_input_token_cost_above_1hr": "cache_write_1h",
    "output_cost_per_reasoning_token": "reasoning",
    "input_cost_per_audio_token": "input_audio",
    "input_cost_per_image_token": "input_image",
    "output_cost_per_audio_token": "output_audio",
    "output_cost_per_image_token": "output_image",
    "input_cost_per_token_batches": "batch_input",
    "output_cost_per_token_batches": "batch_output",
    "cache_read_input_token_cost_batches": "batch_cached_input",
}
_TIERED = frozenset({"input", "output", "cached_input", "cache_write", "cache_write_1h", "reasoning"})
_ABOVE = re.compile(r"(.+)_above_(\d{1,5})k_tokens")
_EXACT = Context(prec=60, rounding=ROUND_HALF_UP)
_NANO = Decimal("1e-9")


def read_litellm(entries: Mapping[str, Any], *, source: str, as_of: str) -> PriceList:
    """The prices of the providers and kinds named in ``litellm.toml``, by the name a client uses. Never raises.

    Where makers of models share a name, the one named first there decides; makers go before hosts, and of hosts that
    serve one model the dearest decides.
    """
    prices: dict[str, CatalogPrice] = {}
    ranks: dict[str, int] = {}
    errors: list[EntryError] = []
    skipped = 0
    for key, entry in entries.items():
        place = place_of(key, entry)
        if place is None:
            skipped += 1
            continue
        name, rank = place
        host = rank == host_rank()
        before = ranks.get(name, rank + 1)
        if before < rank or (before == rank and not host):
            skipped += 1
            continue
        try:
            rates = _checked(name, rates_of(entry))
            price = CatalogPrice(rates=rates, source=_source(entry, source, host), as_of=as_of)
        except RateError as error:
            errors.append(EntryError(key, str(error)))
            continue
        if before == rank and _dearness(price) <= _dearness(prices[name]):
            skipped += 1
            continue
        prices[name], ranks[name] = price, rank
    return PriceList(prices=prices, errors=tuple(errors), skipped=skipped)


def place_of(key: str, entry: Any) -> tuple[str, int] | None:
    """The name a client uses for a model, and its provider's rank; None for entries that are not taken."""
    if not isinstance(entry, Mapping):
        return None
    provider, mode = entry.get("litellm_provider"), entry.get("mode")
    ranks, kinds = _taken()
    if not isinstance(provider, str) or not isinstance(mode, str) or provider not in ranks or mode not in kinds:
        return None
    prefix, slash, rest = key.partition("/")
    name = rest if slash and prefix in ranks else key
    if not name or len(name) > MAX_NAME or any(mark in name for mark in _barred(provider)):
        return None
    return name, ranks[provider]


def _barred(provider: str) -> str:
    """What a name must not hold: for a maker it would be a deployment, a region or a tuned model, of another price."""
    if provider in _table()["no_slash"]:
        return "/"
    return "" if _taken()[0][provider] == host_rank() else "/:"


def kind_of(entry: Mapping[str, Any]) -> str:
    """Our word for an entry's mode; call only for entries that ``place_of`` takes."""
    return _taken()[1][entry["mode"]]


def rates_of(entry: Mapping[str, Any]) -> Rates:
    """An entry's rates. Raises RateError when it has none that can be charged by, or one that is no amount."""
    usd: dict[str, Any] = {}
    for field, name in _TOKEN_RATES.items():
        value = _amount(entry, field)
        if value is not None:
            usd[name] = _per_million(value)
    tiers = _ranges(entry, usd) or _steps(entry)
    _drop_zero_parts(usd)
    _other_units(entry, usd)
    if not usd:
        raise RateError("", "has no rate that can be charged by")
    if tiers:
        usd["tiers"] = tiers
    return rates_from_usd(usd)


def _drop_zero_parts(usd: dict[str, Any]) -> None:
    """Zero beside a priced input means "not charged extra" there; for us that is no rate of its own."""
    for name in ("cached_input", "cached_input_audio", "cache_write", "cache_write_1h", "input_audio", "input_image"):
        if usd.get("input", "0") != "0" and usd.get(name) == "0":
            del usd[name]
    for name in [name for name in usd if name.startswith("batch_")]:
        if usd[name] == "0" or name.removeprefix("batch_") not in usd:
            del usd[name]


def _other_units(entry: Mapping[str, Any], usd: dict[str, Any]) -> None:
    """Rates of what is not counted in tokens; only where tokens have no price, or both would be charged."""
    mode = entry.get("mode")
    if mode == "image_generation" and "output_image" in usd and "output" not in usd:
        usd["output"] = usd["output_image"]
    if any(usd.get(name, "0") != "0" for name in ("input", "output")):
        return
    wanted = {
        "audio_transcription": ("audio_second", ("input_cost_per_second", "output_cost_per_second")),
        "image_generation": ("image", ("output_cost_per_image", "input_cost_per_image")),
        "rerank": ("search", ("input_cost_per_query",)),
    }
    if mode == "audio_speech":
        value = _amount(entry, "input_cost_per_character")
        if value is not None:
            usd["character"] = _per_million(value)
    elif mode in wanted:
        name, fields = wanted[mode]
        values = [value for field in fields if (value := _amount(entry, field))]
        if values:
            usd[name] = _plain(_EXACT.quantize(values[0], Decimal("1e-15")))


def _steps(entry: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Tiers from ``..._above_200k_tokens`` fields."""
    tiers: dict[int, dict[str, Any]] = {}
    for field in entry:
        match = _ABOVE.fullmatch(field)
        name = _TOKEN_RATES.get(match[1]) if match else None
        if match is None or name not in _TIERED:
            continue
        value = _amount(entry, field)
        if value is not None:
            above = int(match[2]) * 1000
            tiers.setdefault(above, {"above_input_tokens": above})[name] = _per_million(value)
    return [tiers[above] for above in sorted(tiers)]


def _ranges(entry: Mapping[str, Any], usd: dict[str, Any]) -> list[dict[str, Any]]:
    """Tiers from ``tiered_pricing``; the range from zero gives the base rates."""
    steps = entry.get("tiered_pricing")
    if not isinstance(steps, list):
        return []
    tiers = []
    for step in steps:
        bounds = step.get("range") if isinstance(step, Mapping) else None
        if not isinstance(bounds, list) or not bounds or not isinstance(bounds[0], int | Decimal):
            raise RateError("tiered_pricing", "every step must have a range")
        rates = {
            name: _per_million(value)
            for field, name in _TOKEN_RATES.items()
            if name in _TIERED and (value := _amount(step, field)) is not None
        }
        if bounds[0] <= 0:
            usd.update(rates)
        elif bounds[0] < 2**53:
            tiers.append({"above_input_tokens": int(bounds[0]), **rates})
        else:
            raise RateError("tiered_pricing", "a range must begin below 2**53 tokens")
    return tiers


def _amount(entry: Mapping[str, Any], field: str) -> Decimal | None:
    value = entry.get(field)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise RateError(field, "must be a number")
    amount = Decimal(value)
    if not amount.is_finite() or amount < 0 or amount > 1_000_000 or (amount and amount.adjusted() < -40):
        raise RateError(field, "must be an amount of dollars from 0 to a million")
    return amount


def _per_million(amount: Decimal) -> str:
    """Dollars per million units of dollars per unit, rounded to the nano-dollar."""
    return _plain(_EXACT.quantize(_EXACT.multiply(amount, Decimal(1_000_000)), _NANO))


def _plain(amount: Decimal) -> str:
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _checked(name: str, rates: Rates) -> Rates:
    """The rates, unless the name is known to be wrong there, or they are zeros that nobody vouches for."""
    table = _table()
    if name in table["leave_out"]:
        raise RateError("", f"is left out: {table['leave_out'][name]}")
    if _is_zero(rates) and name not in table["free"]:
        raise RateError("", "has only zero rates, which may stand for unknown ones")
    return rates


def _is_zero(rates: Rates) -> bool:
    return not any(getattr(rates, field) for field in UNITS)


def _dearness(price: CatalogPrice) -> int:
    """How dear a price is beside another of the same model."""
    return sum(getattr(price.rates, field) or 0 for field in UNITS)


def _source(entry: Mapping[str, Any], fallback: str, host: bool) -> str:
    link = entry.get("source")
    if isinstance(link, str) and link:
        return f"{link} ({fallback})"
    return f"{entry['litellm_provider']} ({fallback})" if host else fallback


@cache
def _table() -> dict[str, Any]:
    return read_toml("litellm.toml")


@cache
def _taken() -> tuple[dict[str, int], dict[str, str]]:
    """Provider -> rank, mode -> kind. All hosts have one rank."""
    table = _table()
    makers = {provider: rank for rank, provider in enumerate(table["providers"])}
    return {**dict.fromkeys(table["hosts"], host_rank()), **makers}, dict(table["kinds"])


@cache
def host_rank() -> int:
    """The rank of those who serve models of others: after every maker."""
    return len(_table()["providers"])
