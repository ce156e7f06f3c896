"""The commands of ``sluice``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sluice import __version__
from sluice.cli import channel_keys, channels, prices, tokens, users
from sluice.cli.apply import Applier, Report
from sluice.cli.config import read_config, write_config
from sluice.cli.export import export_config
from sluice.cli.office import DatabaseUrl, DataDir, opened, run, settings_from
from sluice.cli.serve import serve as serve_forever
from sluice.fake.server import run as run_fake
from sluice.settings import Settings

main = typer.Typer(
    name="sluice",
    help="Sluice: one address, one key, every model; each request metered exactly.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # brackets in the help texts are meant as they stand
    add_completion=False,
)
channels.app.command("keys")(channel_keys.keys)
main.add_typer(channels.app, name="channel")
main.add_typer(tokens.app, name="token")
main.add_typer(users.app, name="user")
main.add_typer(prices.app, name="prices")
main.command("doctor")(channels.doctor)


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"sluice {__version__}")
        raise typer.Exit


@main.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and leave.")
    ] = False,
) -> None:
    pass


@main.command()
def serve(
    host: Annotated[
        str | None, typer.Option(help="Address to listen on. [env: SLUICE_HOST] [default: 127.0.0.1]")
    ] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on. [env: SLUICE_PORT] [default: 3000]")] = None,
    workers: Annotated[int | None, typer.Option(help="Worker processes. [env: SLUICE_WORKERS] [default: 1]")] = None,
    config: Annotated[Path | None, typer.Option(help="TOML file applied at each start. [env: SLUICE_CONFIG]")] = None,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    log_level: Annotated[
        str | None, typer.Option(help="debug, info, warning or error. [env: SLUICE_LOG_LEVEL] [default: info]")
    ] = None,
) -> None:
    """Start the gateway. Every other setting is an environment variable: see docs/reference/settings.md."""
    serve_forever(
        settings_from(
            host=host,
            port=port,
            workers=workers,
            config=config,
            data_dir=data_dir,
            database_url=database_url,
            log_level=log_level,
        )
    )


@main.command()
def apply(
    file: Annotated[Path, typer.Argument(help="The config file (TOML).")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change, and change nothing.")] = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Bring a config file into the database: by name, and twice is as good as once."""
    report = run(_apply(settings_from(data_dir=data_dir, database_url=database_url), file, dry_run))
    for line in report.lines or ["nothing to change"]:
        print(f"would have {line}" if dry_run and report.lines else line)
    if not dry_run:
        for name, key in report.keys.items():
            print(f"the key of the token {name}, shown only now: {key}")


class _DryRun(Exception):
    """Undoes a transaction."""


async def _apply(settings: Settings, file: Path, dry_run: bool) -> Report:
    config = read_config(file)
    async with opened(settings) as office:
        report = Report()
        try:
            async with office.db.write() as conn:
                report = await Applier(conn, office.by(), office.sealer, office.rng).apply(config)
                if dry_run:
                    raise _DryRun
        except _DryRun:
            pass
    return report


@main.command("export")
def export(
    show_keys: Annotated[
        bool,
        typer.Option(
            "--show-keys",
            help="Include the upstream keys, and what proxies ask for, in clear text; treat the output as a secret.",
        ),
    ] = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Print the configuration as a config file. Tokens' keys are not stored and cannot be exported."""

    async def work() -> str:
        async with opened(settings_from(data_dir=data_dir, database_url=database_url)) as office:
            return write_config(await export_config(office, show_keys=show_keys))

    print(run(work()), end="")


@main.command()
def migrate(data_dir: DataDir = None, database_url: DatabaseUrl = None) -> None:
    """Create the database or bring it to the schema of this version; ``serve`` does so too."""

    async def work() -> None:
        async with opened(settings_from(data_dir=data_dir, database_url=database_url)):
            pass

    run(work())
    print("the database is up to date")


@main.command("fake-provider")
def fake_provider(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one.")] = 4010,
) -> None:
    """Run an upstream that answers every request without a key: for trying, testing and benchmarks."""
    run_fake(host, port)
