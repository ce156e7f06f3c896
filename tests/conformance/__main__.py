"""``python -m tests.conformance`` writes the golden files anew."""

from __future__ import annotations

from .golden import write

if __name__ == "__main__":
    write()
