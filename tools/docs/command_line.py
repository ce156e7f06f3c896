"""``settings.md`` and ``cli.md``: from the settings model and from the typer application."""

from __future__ import annotations

import textwrap
import types
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, Protocol

import typer
from annotated_types import Ge, Gt, Le
from pydantic import SecretStr
from pydantic.fields import FieldInfo
from tools.docs.markdown import code, page, table

from sluice.cli import main
from sluice.cli.options import EXAMPLES
from sluice.settings import Settings

_WORDS = {str: "text", int: "whole number", float: "number", bool: "true or false", Path: "path", SecretStr: "text"}


class Command(Protocol):
    """What is read of a command; groups have ``commands`` too."""

    name: str
    help: str | None
    epilog: str | None
    params: list[Any]


def settings_page() -> str:
    """Every setting of ``sluice serve``."""
    flags = {option for param in _commands()["sluice serve"].params for option in param.opts}
    rows = []
    for name, field in Settings.model_fields.items():
        flag = f"--{name.replace('_', '-')}"
        rows.append(
            (
                code(f"SLUICE_{name.upper()}"),
                code(flag if flag in flags else ""),
                _kind(field),
                code("" if field.default is None else field.default if field.default is not False else "false"),
                field.description or "",
            )
        )
    return page(
        "Settings",
        "How a server process is set up: a flag of `sluice serve` wins over the environment variable, which wins over "
        "the default. What can change while Sluice runs is not here: it is in the database, and set by the "
        "[command line](cli.md), a [config file](config.md) or the [management API](endpoints.md).",
        table(("variable", "flag", "value", "default", "meaning"), rows),
    )


def _kind(field: FieldInfo) -> str:
    bounds = [
        word
        for rule in field.metadata
        for word in (
            [f"at least {rule.ge}"]
            if isinstance(rule, Ge)
            else [f"over {rule.gt}"]
            if isinstance(rule, Gt)
            else [f"at most {rule.le}"]
            if isinstance(rule, Le)
            else []
        )
    ]
    return ", ".join([_word(field.annotation), *bounds])


def _word(annotation: Any) -> str:
    if typing.get_origin(annotation) is Literal:
        return ", ".join(code(value) for value in typing.get_args(annotation))
    if typing.get_origin(annotation) in (types.UnionType, typing.Union):
        return _word(next(kind for kind in typing.get_args(annotation) if kind is not types.NoneType))
    return _WORDS[annotation]


def cli_page() -> str:
    """Every command with its arguments and options."""
    return page(
        "Command line",
        "Every command works on the database directly, whether or not a server runs; a running server takes a change "
        "up within a second. Run them with the same `SLUICE_DATA_DIR` or `SLUICE_DATABASE_URL` as the server.",
        *(_command(name, command) for name, command in _commands().items() if command.params),
    )


def command_names() -> frozenset[str]:
    """Every command and group, as it is typed."""
    return frozenset(_commands())


def _commands() -> dict[str, Command]:
    return dict(_walk("sluice", typer.main.get_command(main)))


def _walk(name: str, command: Any) -> Iterator[tuple[str, Command]]:
    yield name, command
    if not hasattr(command, "commands"):
        return
    context = command.make_context(name, [], resilient_parsing=True)
    for child in (command.get_command(context, child) for child in command.list_commands(context)):
        yield from _walk(f"{name} {child.name}", child)


def _command(name: str, command: Command) -> str:
    arguments = [param for param in command.params if param.param_type_name == "argument"]
    options = [param for param in command.params if param.param_type_name == "option"]
    usage = " ".join([name, *(["[OPTIONS]"] if options else []), *map(_placeholder, arguments)])
    rows = [
        (code(_placeholder(param) if param in arguments else ", ".join(param.opts)), _default(param), param.help or "")
        for param in (*arguments, *options)
    ]
    text = (command.help or "").replace("``", "`")
    lines = textwrap.dedent((command.epilog or "").partition(f"{EXAMPLES}\n")[2])
    examples = f"{EXAMPLES}\n\n```\n{lines}\n```\n\n" if lines else ""
    return f"## `{name}`\n\n{text}\n\n```\n{usage}\n```\n\n{examples}" + table(("name", "default", "meaning"), rows)


def _placeholder(param: Any) -> str:
    name = param.name.upper() + ("..." if param.nargs == -1 else "")
    return name if param.required else f"[{name}]"


def _default(param: Any) -> str:
    return "" if param.default in (None, False, "", ()) else code(param.default)
