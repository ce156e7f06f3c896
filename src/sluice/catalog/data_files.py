"""The catalog's packaged data files, read as they are."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from importlib.resources import files
from typing import Any

_DATA = files("sluice.catalog") / "data"


def read_bytes(name: str) -> bytes:
    """The bytes of a data file."""
    return (_DATA / name).read_bytes()


def read_toml(name: str) -> dict[str, Any]:
    """A TOML data file; fractions are Decimals."""
    return tomllib.loads((_DATA / name).read_text("utf-8"), parse_float=Decimal)
