"""Options many commands share, and the end of a command that cannot do what was asked."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from pydantic import ValidationError

from sluice.settings import Settings

DataDir = Annotated[
    Path | None,
    typer.Option("--data-dir", help="Folder of the database, the secret key and the journals. [env: SLUICE_DATA_DIR]"),
]
DatabaseUrl = Annotated[
    str | None, typer.Option("--database-url", help="postgresql://... instead of SQLite. [env: SLUICE_DATABASE_URL]")
]


EXAMPLES = "Examples:"


def settings_from(**given: Any) -> Settings:
    """Settings of the options that were given, over the environment, over the defaults. Ends the program when unfit."""
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        lines = (f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors())
        fail("; ".join(lines))


def examples(*lines: str) -> str:
    """The epilog of a command's help: lines to copy. The ``\\b`` keeps them from being flowed into one."""
    return "\n".join(("\b", EXAMPLES, *(f"  {line}" for line in lines)))


def fail(message: str) -> NoReturn:
    """Ends the program with a line on standard error."""
    print(f"sluice: {message}", file=sys.stderr)
    sys.exit(1)
