"""The vocabulary of the API's bodies: names, money, addresses; and the shapes all bodies share."""

from __future__ import annotations

from decimal import Decimal
from ipaddress import ip_network
from typing import Annotated, Any, Generic, Literal, TypeVar

from fastapi import Path
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
)

from sluice.base.money import nano_from_usd
from sluice.storage.manage.paging import MAX_LIMIT, PageRequest
from sluice.web.admin.passwords import LONGEST, SHORTEST

T = TypeVar("T")
MAX_INT = 2**53 - 1
"""The largest integer every JSON client holds exactly."""


def _printable(text: str) -> str:
    """No control characters: they have no place in names, and PostgreSQL takes no NUL."""
    if any(ord(char) < 32 or ord(char) == 127 for char in text):
        raise ValueError("must hold no control characters")
    return text


def _trimmed(text: str) -> str:
    if text != text.strip():
        raise ValueError("must not begin or end with a space")
    return text


def _no_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("must hold no NUL character")
    return text


def _network(text: str) -> str:
    try:
        return str(ip_network(text, strict=False))
    except ValueError:
        raise ValueError("must be an IP address or a network like 10.0.0.0/8") from None


def _nano(value: object) -> int:
    """Dollars as a person writes them. A JSON number is taken as the decimal it was written as."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError("must be an amount of dollars")
    return nano_from_usd(repr(value) if isinstance(value, float) else Decimal(str(value).strip() or "x"))


def _usd(value: object) -> int:
    try:
        return _nano(value)
    except ArithmeticError:
        raise ValueError("must be an amount of dollars") from None


Id = Annotated[int, Field(ge=1, le=MAX_INT)]
PathId = Annotated[int, Path(ge=1, le=MAX_INT)]
Name = Annotated[
    str, StringConstraints(min_length=1, max_length=128), AfterValidator(_printable), AfterValidator(_trimmed)
]
ModelName = Annotated[str, StringConstraints(min_length=1, max_length=256), AfterValidator(_printable)]
ShortText = Annotated[str, StringConstraints(max_length=1024), AfterValidator(_printable)]
Remark = Annotated[str, StringConstraints(max_length=2000), AfterValidator(_no_nul)]
Key = Annotated[str, StringConstraints(max_length=8192), AfterValidator(_no_nul)]
Keys = Annotated[
    str,
    StringConstraints(max_length=262_144),
    AfterValidator(_no_nul),
    Field(description="One key, or several: one a line."),
]
Password = Annotated[str, StringConstraints(min_length=SHORTEST, max_length=LONGEST)]
Network = Annotated[str, StringConstraints(max_length=64), AfterValidator(_network)]
Millis = Annotated[int, Field(ge=0, le=MAX_INT)]
Status = Literal["enabled", "disabled"]
RoleName = Literal["root", "admin", "user"]

UsdIn = Annotated[
    int,
    BeforeValidator(_usd),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": r"^-?[0-9]{1,9}(\.[0-9]{1,9})?$"},
                {"type": "integer", "minimum": -1_000_000_000, "maximum": 1_000_000_000},
                {"type": "number", "minimum": -1_000_000_000, "maximum": 1_000_000_000},
            ],
            "description": "Dollars, at most nine decimals: better as text, for numbers lose exactness.",
        }
    ),
]
"""Dollars from a client; nano-dollars for us."""
NotNegativeUsd = Annotated[UsdIn, Field(ge=0)]
Usd = Annotated[str, Field(description="Dollars as exact decimal text.", examples=["200.00"])]


class Strict(BaseModel):
    """A body from a client: nothing in it is ignored in silence."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


def _without_defaults(schema: dict[str, Any]) -> None:
    for part in schema.get("properties", {}).values():
        part.pop("default", None)


class Patch(BaseModel):
    """A body that changes some fields. A field left out stays as it is, so fields have no meaningful defaults."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, json_schema_extra=_without_defaults)

    def given(self) -> dict[str, Any]:
        """The fields the client sent."""
        return {name: getattr(self, name) for name in self.model_fields_set}


ABSENT: Any = None
"""The default of a Patch field; never validated, never read."""


class PageQuery(Strict):
    """What every list takes."""

    limit: int = Field(default=50, ge=1, le=MAX_LIMIT, description="The most items of one page.")
    cursor: str | None = Field(default=None, max_length=2048, description="`next` of the page before.")
    sort: str = Field(default="-id", max_length=32, description="A field to sort by, `-` before it: descending.")
    total: bool = Field(default=False, description="Whether to count all items.")

    def page(self) -> PageRequest:
        """The same for the repositories."""
        return PageRequest(limit=self.limit, cursor=self.cursor, sort=self.sort, count=self.total)


class Listing(BaseModel, Generic[T]):
    """One page of a list."""

    items: list[T]
    next: str | None = Field(default=None, description="The cursor of the following page; null at the end.")
    total: int | None = Field(default=None, description="How many there are in all, if it was asked for.")


Search = Annotated[
    Annotated[str, StringConstraints(max_length=128), AfterValidator(_no_nul)] | None,
    Field(description="Part of the name, in any case."),
]


class Done(BaseModel):
    """The operation succeeded."""

    ok: Literal[True] = True
