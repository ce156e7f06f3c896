"""Reads a price file someone hands in: ours (JSON or TOML, the form of the config file) or LiteLLM's JSON."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NoReturn

from sluice.catalog.litellm import read_litellm
from sluice.catalog.rows import PriceList, read_rows


def parse_price_file(data: bytes, *, source: str, as_of: str) -> PriceList:
    """The prices a file holds. ``source`` and ``as_of`` (ISO date) are noted where an entry names none.

    Ours is ``prices = [{model, input, output, ...}]`` in USD per million tokens (``base.rates.UNITS``). An odd entry
    becomes an error in the list and leaves the others alone. Raises ValueError when the file as a whole cannot be read.
    """
    content = _decode(data)
    if "prices" in content:
        return read_rows(content["prices"], source=source, as_of=as_of)
    if any(isinstance(entry, Mapping) and "litellm_provider" in entry for entry in content.values()):
        return read_litellm(content, source=source, as_of=as_of)
    raise ValueError("not a price file: it has neither a list 'prices' nor the entries of a LiteLLM price file")


def _decode(data: bytes) -> Mapping[str, Any]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError("not a price file: it is not UTF-8 text") from None
    try:
        if text.lstrip().startswith("{"):
            content = json.loads(text, parse_float=Decimal, parse_constant=_refuse)
        else:
            content = tomllib.loads(text, parse_float=Decimal)
    except RecursionError:
        raise ValueError("not a price file: it is nested too deeply") from None
    except ValueError as error:
        raise ValueError(f"not a price file: {error}") from None
    if not isinstance(content, dict):
        raise ValueError("not a price file: it must hold an object")
    return content


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not an amount")
