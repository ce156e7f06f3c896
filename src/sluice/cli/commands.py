"""Every command of ``sluice`` but ``serve``: loaded when one of them is called."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sluice.cli import channel_keys, channels, prices, tokens, users
from sluice.cli.apply import Applier, Report
from sluice.cli.config import read_config, write_config
from sluice.cli.export import export_config
from sluice.cli.office import opened, run
from sluice.cli.options import DatabaseUrl, DataDir, examples, fail, settings_from
from sluice.fake.server import run as run_fake
from sluice.settings import Settings

app = typer.Typer(rich_markup_mode=None)
channels.app.command(
    "keys",
    epilog=examples(
        "sluice channel keys openai",
        "SLUICE_CHANNEL_KEY=sk-... sluice channel keys openai --add",
        "sluice channel keys openai --disable 2",
    ),
)(channel_keys.keys)
app.add_typer(channels.app, name="channel")
app.add_typer(tokens.app, name="token")
app.add_typer(users.app, name="user")
app.add_typer(prices.app, name="prices")
app.command("doctor", epilog=examples("sluice doctor openai", "sluice doctor openai --model gpt-5-mini"))(
    channels.doctor
)


@app.command(epilog=examples("sluice apply --dry-run sluice.toml", "sluice apply sluice.toml"))
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


@app.command("export", epilog=examples("sluice export > sluice.toml", "sluice export --show-keys > secret.toml"))
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


@app.command(
    epilog=examples(
        "sluice migrate", "sluice migrate --database-url postgresql://sluice:PASSWORD@db.example.com/sluice"
    )
)
def migrate(data_dir: DataDir = None, database_url: DatabaseUrl = None) -> None:
    """Create the database or bring it to the schema of this version; ``serve`` does so too."""

    async def work() -> None:
        async with opened(settings_from(data_dir=data_dir, database_url=database_url)):
            pass

    run(work())
    print("the database is up to date")


@app.command("fake-provider", epilog=examples("sluice fake-provider", "sluice fake-provider --port 4011"))
def fake_provider(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")] = 4010,
) -> None:
    """Run an upstream that answers every request without a key: for trying, testing and benchmarks."""
    try:
        run_fake(host, port)
    except OSError as error:
        fail(f"cannot listen on {host} port {port}: {error.strerror}; choose another with --port")
