"""Brings a config file into the database: by name, and doing it twice changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from sluice.accounting.pricing import rates_from_usd
from sluice.base.clock import Rng
from sluice.base.keys import key_hint, new_key
from sluice.base.money import nano_from_usd
from sluice.cli.config import ChannelConfig, Config, ConfigError, TokenConfig, UserConfig
from sluice.relay.admit import key_hash
from sluice.storage import proxies
from sluice.storage.engine import bump
from sluice.storage.keychain import Keychain, write_keys
from sluice.storage.manage import channels, groups, prices, settings, tokens, users
from sluice.storage.manage.common import By, Conflict, NotFound, Unfit
from sluice.storage.sealing import Sealer
from sluice.storage.tables import settings as settings_table
from sluice.upstream.guard import AddressPolicy, check_proxy_url
from sluice.vendors.dialect import ChannelSpec
from sluice.vendors.registry import bind_each
from sluice.web.admin.passwords import SHORTEST, Passwords

_PPM = 1_000_000


@dataclass(slots=True)
class Report:
    """What applying did: lines to show, and keys that were made (token name -> key), to be told once."""

    lines: list[str] = field(default_factory=list)
    keys: dict[str, str] = field(default_factory=dict)

    def told(self) -> list[str]:
        """The report of a server's start."""
        made = [f"the key of the token {name}, shown only now: {key}" for name, key in self.keys.items()]
        return [*(f"config: {line}" for line in self.lines), *made]


class Applier:
    """Applies one config inside one transaction."""

    def __init__(self, conn: AsyncConnection, by: By, sealer: Sealer, rng: Rng) -> None:
        self._conn = conn
        self._by = by
        self._sealer = sealer
        self._rng = rng
        self._passwords = Passwords()
        self.report = Report()

    async def apply(self, config: Config) -> Report:
        """Applies everything. Raises ConfigError naming what does not fit; then nothing of it stays."""
        try:
            for group in config.groups:
                await self._group(group.name, _ppm(group.multiplier, group.name), group.remark)
            for user in config.users:
                await self._user(user)
            for channel in config.channels:
                await self._channel(channel)
            for token in config.tokens:
                await self._token(token)
            await self._prices(config.prices)
            if config.settings:
                await settings.save(self._conn, self._by, config.settings)
        except (Conflict, Unfit) as error:
            raise ConfigError(f"{error.field}: {error}") from None
        except NotFound as error:
            raise ConfigError(str(error)) from None
        return self.report

    def _say(self, verb: str, what: str) -> None:
        self.report.lines.append(f"{verb} {what}")

    async def _group(self, name: str, multiplier: int, remark: str) -> None:
        found = await groups.find(self._conn, name)
        if found is None:
            await groups.create(self._conn, self._by, name=name, multiplier_ppm=multiplier, remark=remark)
            self._say("created", f"group {name}")
        elif (found.multiplier_ppm, found.remark) != (multiplier, remark):
            await groups.update(self._conn, self._by, found.id, {"multiplier_ppm": multiplier, "remark": remark})
            self._say("changed", f"group {name}")

    async def _user(self, user: UserConfig) -> None:
        conn, by = self._conn, self._by
        found = await users.find(conn, user.name)
        if user.password is not None and len(user.password) < SHORTEST:
            raise ConfigError(f"the password of the user {user.name!r} must have at least {SHORTEST} characters")
        if found is None:
            hashed = await self._passwords.hash(user.password) if user.password else None
            new = users.NewUser(
                name=user.name,
                password_hash=hashed,
                role=user.role or "user",
                group_name=user.group or "default",
                balance_nano=nano(user.balance_usd or 0, f"users {user.name!r} balance_usd"),
            )
            await users.create(conn, by, new)
            await self._note_balance(user)
            self._say("created", f"user {user.name}")
            return
        wanted = {"group_name": user.group, "role": user.role}
        changes = {key: value for key, value in wanted.items() if value is not None and getattr(found, key) != value}
        if changes:
            await users.update(conn, by, found.id, changes)
            self._say("changed", f"user {user.name}")
        stored = await users.credentials(conn, user.name)
        if user.password and not await self._passwords.verify(stored[1] if stored else None, user.password):
            await users.set_password(conn, by, found.id, await self._passwords.hash(user.password))
            self._say("changed", f"password of user {user.name}")
        if user.balance_usd is not None and await self._note_balance(user):
            balance = nano(user.balance_usd, f"users {user.name!r} balance_usd")
            await users.set_balance(conn, by, found.id, balance, "config file")
            self._say("set", f"balance of user {user.name} to ${user.balance_usd}")

    async def _note_balance(self, user: UserConfig) -> bool:
        """Remembers the balance the file gives; False when it gave the same before, so that spending is not undone."""
        key, value = f"config.balance.{user.name}", str(user.balance_usd)
        table = settings_table
        known = await self._conn.scalar(sa.select(table.c.value).where(table.c.key == key))
        if known == value:
            return False
        rev = await bump(self._conn)
        await self._conn.execute(sa.delete(table).where(table.c.key == key))
        row = {"key": key, "value": value, "updated_ms": self._by.now_ms, "rev": rev}
        await self._conn.execute(sa.insert(table).values(row))
        return True

    async def _channel(self, channel: ChannelConfig) -> None:
        conn, by = self._conn, self._by
        found = await channels.find(conn, channel.name)
        stored = Keychain() if found is None else await channels.clear_keys(conn, found.id, self._sealer)
        told = channel.keys()
        chain = stored if told is None else stored.replaced(told)
        try:
            _check_bindable(channel, chain)
            proxy_url = self._proxy(channel.proxy_url, found.proxy_url if found else "")
        except ValueError as error:
            raise ConfigError(f"channels {channel.name!r}: {error}") from None
        values: dict[str, Any] = {
            "provider": channel.provider,
            "base_url": channel.base_url,
            "options": channel.options,
            "models": list(dict.fromkeys(channel.models)),
            "model_mapping": channel.model_mapping,
            "priority": channel.priority,
            "weight": channel.weight,
            "groups": channel.groups,
            "status": "enabled" if channel.enabled else "disabled",
            "proxy_url": proxy_url,
            "remark": channel.remark,
        }
        if found is None:
            sealed = write_keys(chain, self._sealer)
            await channels.create(conn, by, channels.NewChannel(name=channel.name, sealed_keys=sealed, **values))
            self._say("created", f"channel {channel.name}")
            return
        changes = {name: value for name, value in values.items() if _differs(getattr(found, name), value)}
        if chain != stored:
            changes["sealed_keys"] = write_keys(chain, self._sealer)
        if changes:
            await channels.update(conn, by, found.id, changes)
            named = sorted("keys" if name == "sealed_keys" else name for name in changes)
            self._say("changed", f"channel {channel.name}: {', '.join(named)}")

    def _proxy(self, typed: str, stored: str) -> str:
        """What to store for a proxy's address. Raises ValueError."""
        if typed:
            try:
                check_proxy_url(typed, AddressPolicy.ANY)
            except ValueError as error:
                raise ValueError(f"proxy_url: {error}") from None
        return proxies.to_store(typed, stored, self._sealer)

    async def _token(self, token: TokenConfig) -> None:
        conn, by = self._conn, self._by
        owner = await users.find(conn, token.user)
        if owner is None:
            raise ConfigError(f"tokens {token.name!r}: there is no user {token.user!r}")
        found = await tokens.find(conn, owner.id, token.name)
        place = f"tokens {token.name!r}"
        limit = None if token.limit_usd is None else not_negative_nano(token.limit_usd, f"{place} limit_usd")
        values: dict[str, Any] = {
            "status": "enabled" if token.enabled else "disabled",
            "models": token.models,
            "addresses": token.addresses,
            "requests_per_minute": token.requests_per_minute,
            "expires_ms": None if token.expires_at is None else moment_ms(token.expires_at, f"{place} expires_at"),
            "limit_nano": limit,
            "always_usage": token.always_usage,
        }
        key = token.key
        if found is None:
            if key is None:
                key = self.report.keys[token.name] = new_key(self._rng)
            new = tokens.NewToken(
                user_id=owner.id,
                name=token.name,
                scope=token.scope,
                key_hash=key_hash(key.strip().encode()),
                key_hint=key_hint(key),
                **values,
            )
            await tokens.create(conn, by, new)
            self._say("created", f"token {token.name}")
            return
        changes = {name: value for name, value in values.items() if _differs(getattr(found, name), value)}
        if key is not None and key_hint(key) != found.key_hint:
            raise ConfigError(f"tokens {token.name!r}: a token's key cannot be changed: give the token another name")
        if changes:
            await tokens.update(conn, by, found.id, changes)
            self._say("changed", f"token {token.name}: {', '.join(sorted(changes))}")

    async def _prices(self, rows: list[dict[str, Any]]) -> None:
        new = [new_price(row, f"prices[{index}]", "config") for index, row in enumerate(rows)]
        for model in await prices.set_prices(self._conn, self._by, new) if new else ():
            self._say("set", f"price of {model}")


def _check_bindable(channel: ChannelConfig, chain: Keychain) -> None:
    """Raises ValueError."""
    spec = ChannelSpec(
        provider=channel.provider,
        base_url=channel.base_url,
        key="",
        options=channel.options,
        model_mapping=channel.model_mapping,
    )
    bind_each(spec, [key.text for key in chain.keys])


def new_price(row: Mapping[str, Any], place: str, origin: str) -> prices.NewPrice:
    """A price row from USD per million units. Raises ConfigError naming the place."""
    rest = dict(row)
    model = rest.pop("model", None)
    if not isinstance(model, str) or not model:
        raise ConfigError(f"{place}: the field 'model' is required")
    source = str(rest.pop("source", "set by hand"))
    as_of = str(rest.pop("as_of", datetime.now(UTC).date().isoformat()))
    try:
        rates = rates_from_usd(rest)
    except ValueError as error:
        raise ConfigError(f"{place} ({model}): {error}") from None
    return prices.NewPrice(model=model, rates=rates, source=source, as_of=as_of, origin=origin)


def _differs(old: Any, new: Any) -> bool:
    plain = list(old) if isinstance(old, tuple) else dict(old) if isinstance(old, Mapping) else old
    return bool(plain != new)


def nano(amount: Any, place: str) -> int:
    """Nano-dollars of an amount in dollars. Raises ConfigError naming the place."""
    try:
        return nano_from_usd(amount)
    except ValueError as error:
        raise ConfigError(f"{place}: {error}") from None


def not_negative_nano(amount: Any, place: str) -> int:
    """The same of an amount that is 0 or more. Raises ConfigError naming the place."""
    found = nano(amount, place)
    if found < 0:
        raise ConfigError(f"{place}: must not be negative")
    return found


def _ppm(multiplier: Any, name: str) -> int:
    try:
        value = Decimal(multiplier) * _PPM
    except (InvalidOperation, TypeError):
        raise ConfigError(f"groups {name!r} multiplier: not a number") from None
    if not value.is_finite() or value < 0 or value != value.to_integral_value():
        raise ConfigError(f"groups {name!r} multiplier: must be 0 or more, with at most six decimals")
    return int(value)


def moment_ms(text: str, place: str) -> int:
    """Milliseconds since the epoch of an ISO date or time, UTC unless it says. Raises ConfigError naming the place."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ConfigError(f"{place}: must be a date like 2027-01-31 or 2027-01-31T12:00:00Z") from None
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)
