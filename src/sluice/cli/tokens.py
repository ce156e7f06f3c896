"""``sluice token``: the keys clients use."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from sluice.base.keys import key_hint, new_key
from sluice.base.money import usd_from_nano
from sluice.cli.apply import moment_ms, not_negative_nano
from sluice.cli.office import Fail, every, opened, run, table
from sluice.cli.options import DatabaseUrl, DataDir, examples, settings_from
from sluice.relay.admit import key_hash
from sluice.settings import Settings
from sluice.storage.manage import tokens, users
from sluice.storage.manage.tokens import TokenRecord

app = typer.Typer(help="The keys clients use.", no_args_is_help=True)

User = Annotated[str, typer.Option(help="Whose token: the user's name.")]


@app.command(
    "create",
    epilog=examples(
        "sluice token create laptop",
        "sluice token create app --user alice --model gpt-5-mini --limit-usd 5 --expires-at 2027-01-31",
        "sluice token create deploy --scope management",
    ),
)
def create(
    name: Annotated[str, typer.Argument(help="A name, unique for its user.")],
    user: User = "root",
    model: Annotated[list[str] | None, typer.Option(help="A model it may use; repeat. All when left out.")] = None,
    address: Annotated[list[str] | None, typer.Option(help="A network it may come from (CIDR); repeat.")] = None,
    limit_usd: Annotated[str | None, typer.Option(help="Dollars it may spend in all.")] = None,
    requests_per_minute: Annotated[int | None, typer.Option(min=1, help="Requests it may make a minute.")] = None,
    expires_at: Annotated[str | None, typer.Option(help="2027-01-31 or 2027-01-31T12:00:00Z.")] = None,
    scope: Annotated[
        Literal["relay", "management"], typer.Option(help="relay: /v1; management: /api/v1 with its user's rights.")
    ] = "relay",
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Make a token and print its key: the only time it is shown."""

    async def work() -> str:
        async with opened(settings_from(data_dir=data_dir, database_url=database_url)) as office:
            key = new_key(office.rng)
            async with office.db.write() as conn:
                owner = await users.find(conn, user)
                if owner is None:
                    raise Fail(f"there is no user {user!r}")
                new = tokens.NewToken(
                    user_id=owner.id,
                    name=name,
                    key_hash=key_hash(key.encode()),
                    key_hint=key_hint(key),
                    scope=scope,
                    models=model or None,
                    addresses=address or None,
                    limit_nano=None if limit_usd is None else not_negative_nano(limit_usd, "--limit-usd"),
                    requests_per_minute=requests_per_minute,
                    expires_ms=None if expires_at is None else moment_ms(expires_at, "--expires-at"),
                )
                await tokens.create(conn, office.by(), new)
            return key

    print(run(work()))


@app.command("list", epilog=examples("sluice token list --user alice"))
def list_(
    user: Annotated[str | None, typer.Option(help="Only this user's.")] = None,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """List the tokens."""

    async def work() -> list[TokenRecord]:
        async with (
            opened(settings_from(data_dir=data_dir, database_url=database_url)) as office,
            office.db.read() as conn,
        ):
            return await every(lambda page: tokens.list_tokens(conn, page))

    rows = [_row(token) for token in run(work()) if user in (None, token.user_name)]
    print(table(("NAME", "USER", "KEY", "SCOPE", "STATUS", "MODELS", "LEFT OF LIMIT"), rows))


def _row(token: TokenRecord) -> tuple[str, ...]:
    models = "all" if token.models is None else ",".join(token.models)
    if token.limit_nano is None or token.balance_nano is None:
        left = "no limit"
    else:
        left = f"{usd_from_nano(token.balance_nano)} of {usd_from_nano(token.limit_nano)}"
    return token.name, token.user_name, token.key_hint, token.scope, token.status, models, left


@app.command("disable", epilog=examples("sluice token disable laptop --user alice"))
def disable(name: str, user: User = "root", data_dir: DataDir = None, database_url: DatabaseUrl = None) -> None:
    """Refuse a token from now on; running servers know within a second."""
    _set_status(name, user, "disabled", settings_from(data_dir=data_dir, database_url=database_url))


@app.command("enable", epilog=examples("sluice token enable laptop --user alice"))
def enable(name: str, user: User = "root", data_dir: DataDir = None, database_url: DatabaseUrl = None) -> None:
    """Accept a disabled token again."""
    _set_status(name, user, "enabled", settings_from(data_dir=data_dir, database_url=database_url))


def _set_status(name: str, user: str, status: str, settings: Settings) -> None:
    async def work() -> None:
        async with opened(settings) as office, office.db.write() as conn:
            owner = await users.find(conn, user)
            token = None if owner is None else await tokens.find(conn, owner.id, name)
            if token is None:
                raise Fail(f"there is no token {name!r} of the user {user!r}")
            await tokens.update(conn, office.by(), token.id, {"status": status})

    run(work())
    print(f"the token {name} is {status}")
