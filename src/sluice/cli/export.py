"""The configuration that stands in the database, as a config file."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from sluice.base.money import usd_from_nano
from sluice.base.rates import rates_to_usd
from sluice.cli.config import ChannelConfig, Config, GroupConfig, TokenConfig, UserConfig
from sluice.cli.office import Office, every
from sluice.storage import proxies
from sluice.storage.manage import channels, groups, prices, settings, tokens, users
from sluice.storage.manage.channels import ChannelRecord
from sluice.storage.manage.tokens import TokenRecord

_PPM = Decimal(1_000_000)


async def export_config(office: Office, *, show_keys: bool) -> Config:
    """Everything a config file can say, but for passwords, tokens' keys and packaged prices."""
    async with office.db.read() as conn:
        group_rows = await every(lambda page: groups.list_groups(conn, page))
        user_rows = await every(lambda page: users.list_users(conn, page))
        channel_rows = await every(lambda page: channels.list_channels(conn, page))
        token_rows = await every(lambda page: tokens.list_tokens(conn, page))
        price_rows = await every(lambda page: prices.list_prices(conn, page), sort="model")
        stored = await settings.load(conn)
        return Config(
            groups=[
                GroupConfig(name=row.name, multiplier=Decimal(row.multiplier_ppm) / _PPM, remark=row.remark)
                for row in group_rows
            ],
            users=[
                UserConfig(
                    name=row.name,
                    balance_usd=Decimal(usd_from_nano(row.balance_nano)),
                    group=row.group_name,
                    role=row.role,  # type: ignore[arg-type]  # the table holds no other
                )
                for row in user_rows
            ],
            channels=[await channel_config(conn, office, row, show_keys=show_keys) for row in channel_rows],
            tokens=[_token(row) for row in token_rows],
            prices=[_price(row) for row in price_rows if row.origin != "catalog"],
            settings={key: value for key, value in stored.items() if value != settings.SETTINGS[key].default},
        )


async def channel_config(
    conn: AsyncConnection, office: Office, row: ChannelRecord, *, show_keys: bool
) -> ChannelConfig:
    """A channel as the config file says it."""
    key: str | list[str] | None = None
    if show_keys:
        keys = [one.text for one in (await channels.clear_keys(conn, row.id, office.sealer)).keys]
        key = keys if len(keys) > 1 else "".join(keys)
    return ChannelConfig(
        name=row.name,
        provider=row.provider,
        base_url=row.base_url,
        key=key,
        models=list(row.models),
        model_mapping=dict(row.model_mapping),
        priority=row.priority,
        weight=row.weight,
        groups=list(row.groups),
        options=dict(row.options),
        proxy_url=proxies.opened(row.proxy_url, office.sealer) if show_keys else proxies.shown(row.proxy_url),
        enabled=row.status == "enabled",
        remark=row.remark,
    )


def _token(row: TokenRecord) -> TokenConfig:
    expires = None if row.expires_ms is None else datetime.fromtimestamp(row.expires_ms / 1000, UTC).isoformat()
    return TokenConfig(
        name=row.name,
        user=row.user_name,
        scope=row.scope,  # type: ignore[arg-type]  # the table holds no other
        models=None if row.models is None else list(row.models),
        addresses=None if row.addresses is None else list(row.addresses),
        limit_usd=None if row.limit_nano is None else Decimal(usd_from_nano(row.limit_nano)),
        requests_per_minute=row.requests_per_minute,
        expires_at=expires,
        always_usage=row.always_usage,
        enabled=row.status == "enabled",
    )


def _price(row: prices.PriceRecord) -> dict[str, Any]:
    return {"model": row.model, **rates_to_usd(row.rates), "source": row.source, "as_of": row.as_of}
