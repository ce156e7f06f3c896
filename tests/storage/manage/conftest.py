"""Who acts in these tests."""

from __future__ import annotations

import pytest

from sluice.storage.manage.common import By


@pytest.fixture
def by() -> By:
    """The command line, at a fixed time."""
    return By(now_ms=1_790_000_000_000)
