"""The wires that are nobody else's: each a module with what it serves, and where it names its model."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import NamedTuple

from sluice.fake import tencent
from sluice.fake.http import Ask


class Wire(NamedTuple):
    """``model_of`` finds the name a request's scenario is read from (the path still has its prefix)."""

    model_of: Callable[[Ask], str]
    serve: Callable[[Ask], Awaitable[None]]


OWN: Mapping[str, Wire] = {
    "tencent": Wire(tencent.model_of, tencent.serve),
}
