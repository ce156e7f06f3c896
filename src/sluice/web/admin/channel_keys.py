"""The keys of a channel as the API takes and shows them: in clear only on their way in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, Field, model_validator
from sqlalchemy.ext.asyncio import AsyncConnection

from sluice.base.keys import split_keys
from sluice.storage.key_marks import Mark, Place
from sluice.storage.keychain import ClearKey, Keychain
from sluice.storage.manage import channels
from sluice.storage.manage.channels import ChannelRecord
from sluice.storage.sealing import SealError
from sluice.web.admin.caller import Visit
from sluice.web.admin.errors import ApiError, invalid
from sluice.web.admin.fields import Id, Key, Status, Strict

MOST = 500
"""Keys of one channel."""


class KeyTrouble(BaseModel):
    """Why the upstream refused a key when it was last used. It rests, and is tried again later."""

    at_ms: int
    outcome: Literal["auth", "credential", "rate"] = Field(
        description="auth: refused, or no money left; credential: what it bought was refused; rate: too many requests."
    )
    status: int = Field(description="The upstream's HTTP status; 0 when none came.")
    message: str = Field(description="What the upstream said, without secrets.")


class KeyView(BaseModel):
    """A key of a channel, but for the key itself."""

    id: int = Field(description="Its number in the channel, never given out again.")
    hint: str = Field(description="What of it may be shown.")
    status: Status
    trouble: KeyTrouble | None = Field(description="Told apart only where a channel has several keys.")


class KeyWish(Strict):
    """A key that is there, by its id, or a new one."""

    id: Id | None = None
    key: Annotated[Key, Field(min_length=1)] | None = None
    status: Status = "enabled"

    @model_validator(mode="after")
    def _one_of_both(self) -> KeyWish:
        if (self.id is None) == (self.key is None):
            raise ValueError("give either id, for a key that is there, or key, for a new one")
        return self


def key_views(channel: ChannelRecord, marks: Mapping[Place, Mark]) -> list[KeyView]:
    """The keys of a channel as the API shows them."""
    return [
        KeyView(
            id=key.id,
            hint=key.hint,
            status="enabled" if key.enabled else "disabled",
            trouble=_trouble(marks.get((channel.id, key.id))),
        )
        for key in channel.keys
    ]


def _trouble(mark: Mark | None) -> KeyTrouble | None:
    if mark is None:
        return None
    return KeyTrouble.model_validate({name: getattr(mark, name) for name in KeyTrouble.model_fields})


async def stored_keys(here: Visit, conn: AsyncConnection, channel_id: int) -> Keychain:
    """The keys of a stored channel, in clear. Raises ApiError 409 when they cannot be read."""
    try:
        return await channels.clear_keys(conn, channel_id, here.deps.sealer)
    except SealError as error:
        raise ApiError(409, "key_unreadable", str(error), "key") from None


def given_keys(text: str) -> Keychain:
    """The keys of a new channel. Raises ApiError 422."""
    return _checked(Keychain().replaced(split_keys(text)), "key")


def changed_keys(old: Keychain, text: str | None, wishes: Sequence[KeyWish] | None) -> Keychain:
    """The keys after a change: all replaced by those in ``text``, or arranged as wished; else as they were.

    Raises ApiError 422.
    """
    if text is not None and wishes is not None:
        raise invalid("keys", "give either key, to replace all, or keys, to arrange them")
    if text is not None:
        return _checked(old.replaced(split_keys(text)), "key")
    if wishes is None:
        return old
    known = {key.id: key for key in old.keys}
    arranged = []
    for number, wish in enumerate(wishes):
        enabled = wish.status == "enabled"
        if wish.id is None:
            arranged += [ClearKey(text=text, enabled=enabled) for text in split_keys(wish.key or "")]
        elif wish.id in known:
            arranged.append(ClearKey(id=wish.id, text=known[wish.id].text, enabled=enabled))
        else:
            raise invalid(f"keys.{number}.id", f"the channel has no key {wish.id}")
    return _checked(old.arranged(arranged), "keys")


def _checked(chain: Keychain, field: str) -> Keychain:
    if len(chain.keys) > MOST:
        raise invalid(field, f"these are {len(chain.keys)} keys: at most {MOST} fit into one channel")
    if chain.keys and not any(key.enabled for key in chain.keys):
        raise invalid(field, "at least one key must stay enabled; or disable the channel")
    return chain
