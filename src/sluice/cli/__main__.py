"""``python -m sluice.cli``."""

from sluice.cli.program import program

if __name__ == "__main__":
    program()
