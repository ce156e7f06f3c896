"""``sluice user``: the people, their balances and passwords."""

from __future__ import annotations

import sys
from typing import Annotated, Literal

import typer

from sluice.base.money import usd_from_nano
from sluice.cli.apply import nano, not_negative_nano
from sluice.cli.first_start import new_link
from sluice.cli.office import Fail, every, opened, run, table
from sluice.cli.options import DatabaseUrl, DataDir, examples, fail, settings_from
from sluice.cli.serve import link_url
from sluice.storage.manage import users
from sluice.storage.manage.users import UserRecord
from sluice.web.admin.passwords import SHORTEST, Passwords

app = typer.Typer(help="The people, their balances and passwords.", no_args_is_help=True)


@app.command(
    "create",
    epilog=examples("sluice user create alice --balance-usd 10", "sluice user create bob --role admin --group vip"),
)
def create(
    name: Annotated[str, typer.Argument(help="The name, unique.")],
    balance_usd: Annotated[str, typer.Option(help="The balance to begin with, in dollars.")] = "0",
    group: Annotated[str, typer.Option(help="The group, which decides multiplier and channels.")] = "default",
    role: Annotated[Literal["user", "admin", "root"], typer.Option(help="What the user may do.")] = "user",
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Make a user. A password is set by ``sluice user password``, or chosen by ``sluice user link``."""

    async def work() -> None:
        settings = settings_from(data_dir=data_dir, database_url=database_url)
        async with opened(settings) as office, office.db.write() as conn:
            balance = not_negative_nano(balance_usd, "--balance-usd")
            new = users.NewUser(name=name, role=role, group_name=group, balance_nano=balance)
            await users.create(conn, office.by(), new)

    run(work())
    print(f"the user {name} has ${balance_usd}")


@app.command("list")
def list_(data_dir: DataDir = None, database_url: DatabaseUrl = None) -> None:
    """List the users."""

    async def work() -> list[UserRecord]:
        settings = settings_from(data_dir=data_dir, database_url=database_url)
        async with opened(settings) as office, office.db.read() as conn:
            return await every(lambda page: users.list_users(conn, page))

    rows = [
        (user.name, user.role, user.status, user.group_name, usd_from_nano(user.balance_nano)) for user in run(work())
    ]
    print(table(("NAME", "ROLE", "STATUS", "GROUP", "BALANCE"), rows))


@app.command(
    "balance", epilog=examples("sluice user balance alice", 'sluice user balance alice 25 --remark "paid for December"')
)
def balance(
    name: Annotated[str, typer.Argument(help="The user's name.")],
    amount_usd: Annotated[
        str | None, typer.Argument(help="The new balance in dollars; shown only when left out.")
    ] = None,
    remark: Annotated[str, typer.Option(help="Why; kept with the entry.")] = "",
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Show or set a user's balance; a change works at once."""

    async def work() -> int:
        settings = settings_from(data_dir=data_dir, database_url=database_url)
        async with opened(settings) as office, office.db.write() as conn:
            user = await users.find(conn, name)
            if user is None:
                raise Fail(f"there is no user {name!r}")
            if amount_usd is None:
                return user.balance_nano
            amount = nano(amount_usd, "the balance")
            return (await users.set_balance(conn, office.by(), user.id, amount, remark)).balance_nano

    print(f"${usd_from_nano(run(work()))}")


@app.command(
    "password", epilog=examples("sluice user password alice", "sluice user password alice --stdin < password.txt")
)
def password(
    name: Annotated[str, typer.Argument(help="The user's name.")],
    stdin: Annotated[bool, typer.Option("--stdin", help="Read it from standard input instead of asking.")] = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Set a user's password; every session of the user ends."""
    given = sys.stdin.readline().rstrip("\r\n") if stdin else typer.prompt("New password", hide_input=True)

    async def work() -> None:
        if len(given) < SHORTEST:
            raise Fail(f"a password has at least {SHORTEST} characters")
        settings = settings_from(data_dir=data_dir, database_url=database_url)
        async with opened(settings) as office, office.db.write() as conn:
            user = await users.find(conn, name)
            if user is None:
                raise Fail(f"there is no user {name!r}")
            await users.set_password(conn, office.by(), user.id, await Passwords().hash(given))

    run(work())
    print(f"the password of {name} is set")


@app.command("link", epilog=examples("sluice user link alice --origin https://llm.example.com"))
def link(
    name: Annotated[str, typer.Argument(help="The user's name.")],
    origin: Annotated[str, typer.Option(help="Where the console is.")] = "http://127.0.0.1:3000",
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Print a one-time link by which the user chooses a password; an older link ends."""
    if not origin.startswith(("http://", "https://")):
        fail("--origin: must begin with http:// or https://")

    async def work() -> str:
        settings = settings_from(data_dir=data_dir, database_url=database_url)
        async with opened(settings) as office, office.db.write() as conn:
            user = await users.find(conn, name)
            if user is None:
                raise Fail(f"there is no user {name!r}")
            return await new_link(conn, office.by(), user.id)

    print(link_url(origin.rstrip("/"), run(work())))
