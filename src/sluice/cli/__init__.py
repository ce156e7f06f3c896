"""The command line: thin commands over the storage and the server."""

from sluice.cli.main import main

__all__ = ["main"]
