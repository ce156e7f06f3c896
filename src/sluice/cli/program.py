"""The program ``sluice``. Only what ``serve`` needs is loaded at once; the other commands, when one is called."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from sluice import __version__
from sluice.cli.options import DatabaseUrl, DataDir, examples, settings_from
from sluice.cli.serve import serve as serve_forever


class _Commands(TyperGroup):
    """``serve``, and the commands of ``commands.py`` once they are asked for."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Every command's name."""
        self._load()
        return super().list_commands(ctx)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of that name, None where there is none."""
        if cmd_name not in self.commands:
            self._load()
        return super().get_command(ctx, cmd_name)

    def _load(self) -> None:
        others: Any = typer.main.get_command(import_module("sluice.cli.commands").app)
        for name, command in others.commands.items():
            self.commands.setdefault(name, command)


program = typer.Typer(
    name="sluice",
    help="Sluice: one address, one key, every model; each request metered exactly.",
    cls=_Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # brackets in the help texts are meant as they stand
    add_completion=False,
)


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"sluice {__version__}")
        raise typer.Exit


@program.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and leave.")
    ] = False,
) -> None:
    pass


@program.command(
    epilog=examples(
        "sluice serve", "sluice serve --host 0.0.0.0 --port 8080 --workers 4", "sluice serve --config sluice.toml"
    )
)
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
