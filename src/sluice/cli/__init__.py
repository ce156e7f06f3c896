"""The command line: thin commands over the storage and the server."""

from sluice.cli.program import program as main

__all__ = ["main"]
