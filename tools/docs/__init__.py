"""The reference pages, written from the code they describe: ``python -m tools.docs`` writes, ``--check`` compares."""
