"""``sluice channel keys``: which keys a channel has, and what became of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated

import typer

from sluice.base.keys import split_keys
from sluice.cli.channels import KEY_VARIABLE, Name, given_key
from sluice.cli.office import Fail, Office, opened, run, table
from sluice.cli.options import DatabaseUrl, DataDir, settings_from
from sluice.storage.key_marks import Mark, Place, marks_of
from sluice.storage.keychain import ClearKey, Keychain, write_keys
from sluice.storage.manage import channels
from sluice.storage.manage.channels import ChannelRecord
from sluice.vendors.dialect import ChannelSpec
from sluice.vendors.registry import bind_each

Which = Annotated[list[int] | None, typer.Option(help="A key by its number; repeat.")]


@dataclass(frozen=True, slots=True)
class _Change:
    add: bool
    remove: frozenset[int]
    disable: frozenset[int]
    enable: frozenset[int]

    def __bool__(self) -> bool:
        return bool(self.add or self.remove or self.disable or self.enable)

    def of(self, chain: Keychain) -> Keychain:
        """The keys after it. Raises Fail."""
        known = {key.id for key in chain.keys}
        for number in sorted((self.remove | self.disable | self.enable) - known):
            raise Fail(f"the channel has no key {number}")
        kept = [
            replace(key, enabled=key.id in self.enable or (key.enabled and key.id not in self.disable))
            for key in chain.keys
            if key.id not in self.remove
        ]
        added = split_keys(given_key() or "") if self.add else ()
        if self.add and not added:
            raise Fail(f"--add takes the keys from the variable {KEY_VARIABLE}, one a line: it is empty")
        after = chain.arranged([*kept, *(ClearKey(text=text) for text in added)])
        if after.keys and not any(key.enabled for key in after.keys):
            raise Fail("at least one key must stay enabled; or disable the channel")
        return after


def keys(
    name: Name,
    add: Annotated[bool, typer.Option(help="Add the keys in the variable SLUICE_CHANNEL_KEY, one a line.")] = False,
    remove: Which = None,
    disable: Which = None,
    enable: Which = None,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """List a channel's keys, masked, after adding, removing, disabling or enabling some."""
    change = _Change(add, frozenset(remove or ()), frozenset(disable or ()), frozenset(enable or ()))

    async def work() -> tuple[ChannelRecord, dict[Place, Mark]]:
        async with opened(settings_from(data_dir=data_dir, database_url=database_url)) as office:
            if change:
                await _apply(office, name, change)
            async with office.db.read() as conn:
                found = await channels.find(conn, name)
                if found is None:
                    raise Fail(f"there is no channel {name!r}")
                return found, await marks_of(conn, [found.id])

    channel, marks = run(work())
    print(table(("KEY", "HINT", "STATUS", "LAST REFUSED"), _rows(channel, marks)))


def _rows(channel: ChannelRecord, marks: dict[Place, Mark]) -> Sequence[tuple[str, ...]]:
    rows = []
    for key in channel.keys:
        mark = marks.get((channel.id, key.id))
        said = f"{mark.outcome} ({mark.status}): {mark.message}" if mark else ""
        rows.append((str(key.id), key.hint, "enabled" if key.enabled else "disabled", said))
    return rows


async def _apply(office: Office, name: str, change: _Change) -> None:
    async with office.db.write() as conn:
        found = await channels.find(conn, name)
        if found is None:
            raise Fail(f"there is no channel {name!r}")
        stored = await channels.clear_keys(conn, found.id, office.sealer)
        chain = change.of(stored)
        spec = ChannelSpec(
            provider=found.provider,
            base_url=found.base_url,
            key="",
            options=found.options,
            model_mapping=found.model_mapping,
        )
        try:
            bind_each(spec, [key.text for key in chain.keys])
        except ValueError as error:
            raise Fail(str(error)) from None
        if chain != stored:
            await channels.update(conn, office.by(), found.id, {"sealed_keys": write_keys(chain, office.sealer)})
