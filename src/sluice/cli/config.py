"""The config file: TOML, strict, read into typed values; the same form for ``apply`` and ``export``."""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import msgspec
import tomli_w

from sluice.base.keys import split_keys

Amount = Decimal
"""Dollars: a TOML number, read as an exact decimal, or a string that holds one."""


class ConfigError(Exception):
    """What is wrong with the file, and where."""


class GroupConfig(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """``[[groups]]``: ``multiplier`` multiplies prices."""

    name: str
    multiplier: Amount = Decimal(1)
    remark: str = ""


class UserConfig(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """``[[users]]``: a balance is set when it is new in the file, and not again while it stays the same there."""

    name: str
    password: str | None = None
    balance_usd: Amount | None = None
    group: str | None = None
    role: Literal["root", "admin", "user"] | None = None


class ChannelConfig(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """``[[channels]]``: several keys stand in a list, or one a line."""

    name: str
    provider: str
    base_url: str = ""
    key: str | list[str] | None = None
    models: list[str] = []
    model_mapping: dict[str, str] = {}
    priority: int = 0
    weight: int = 1
    groups: list[str] = msgspec.field(default_factory=lambda: ["default"])
    options: dict[str, str] = {}
    proxy_url: str = ""
    enabled: bool = True
    remark: str = ""

    def keys(self) -> tuple[str, ...] | None:
        """The keys the file gives; None when it gives none."""
        if self.key is None:
            return None
        return split_keys(self.key if isinstance(self.key, str) else "\n".join(self.key))


class TokenConfig(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """``[[tokens]]``: without ``key`` one is made, and told once."""

    name: str
    user: str = "root"
    key: str | None = None
    scope: Literal["relay", "management"] = "relay"
    models: list[str] | None = None
    addresses: list[str] | None = None
    limit_usd: Amount | None = None
    requests_per_minute: int | None = None
    expires_at: str | None = None
    always_usage: bool = False
    enabled: bool = True


class Config(msgspec.Struct, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A whole file. ``prices`` are rows of USD per million tokens (accounting.pricing.rates_from_usd)."""

    groups: list[GroupConfig] = []
    users: list[UserConfig] = []
    channels: list[ChannelConfig] = []
    tokens: list[TokenConfig] = []
    prices: list[dict[str, Any]] = []
    settings: dict[str, bool | int | str] = {}


_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_UNKNOWN = re.compile(r"unknown field `(\w+)`(?: - at `\$(.*)`)?")


def parse_config(text: str, environment: Mapping[str, str]) -> Config:
    """The config in a TOML text; ``${NAME}`` in a string stands for a variable. Raises ConfigError naming the place."""
    try:
        data = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"not TOML: {error}") from None
    try:
        config = msgspec.convert(_filled(data, environment), Config)
    except msgspec.ValidationError as error:
        raise ConfigError(_explained(str(error))) from None
    for kind in ("groups", "users", "channels", "tokens"):
        names = [item.name for item in getattr(config, kind)]
        for index, name in enumerate(names):
            if not name.strip():
                raise ConfigError(f"{kind}[{index}].name must not be empty")
            twice = [(item.user, item.name) for item in config.tokens] if kind == "tokens" else names
            if twice.count(twice[index]) > 1:
                raise ConfigError(f"{kind}[{index}]: the name {name!r} stands there twice")
    return config


def read_config(path: Path) -> Config:
    """The config in a file. Raises ConfigError."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot read {path}: {error}") from None
    try:
        return parse_config(text, os.environ)
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from None


def write_config(config: Config) -> str:
    """The file that says this config."""
    return tomli_w.dumps(_plain(msgspec.to_builtins(config, builtin_types=(Decimal,))))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, Decimal) else value


def _filled(value: Any, environment: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _filled(item, environment) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, environment) for item in value]
    if not isinstance(value, str):
        return value

    def fill(match: re.Match[str]) -> str:
        found = environment.get(match[1])
        if found is None:
            raise ConfigError(f"the variable {match[1]} is not set")
        return found

    return _VARIABLE.sub(fill, value)


_TABLES: Mapping[str, type[msgspec.Struct]] = {
    "groups": GroupConfig,
    "users": UserConfig,
    "channels": ChannelConfig,
    "tokens": TokenConfig,
}


def _explained(text: str) -> str:
    """msgspec's message with the place in the file's words, and a guess at what was meant."""
    found = _UNKNOWN.search(text)
    if found is None:
        return text.replace(" - at `$.", ", in `").replace(" - at `$", ", in `")
    name, place = found[1], (found[2] or "").lstrip(".")
    table = _TABLES.get(re.split(r"[\[.]", place)[0], Config)
    close = difflib.get_close_matches(name, table.__struct_fields__, 1)
    where = f" in {place}" if place else ""
    return f"there is no field {name!r}{where}" + (f": did you mean {close[0]!r}?" if close else "")
