"""``sluice channel`` and ``sluice doctor``: the upstreams."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from random import SystemRandom
from typing import Annotated

import msgspec
import typer

from sluice.base.outcome import Fault
from sluice.cli.apply import Applier
from sluice.cli.config import ChannelConfig, Config
from sluice.cli.export import channel_config
from sluice.cli.office import Fail, Office, every, opened, run, table
from sluice.cli.options import DatabaseUrl, DataDir, examples, fail, settings_from
from sluice.fake.server import ORIGIN as FAKE_ORIGIN
from sluice.fake.server import serving as fake_serving
from sluice.relay.doctor import Step
from sluice.relay.probe import Probe, TestResult
from sluice.storage import proxies
from sluice.storage.manage import channels
from sluice.storage.manage.channels import ChannelRecord
from sluice.upstream.client import Limits
from sluice.upstream.credentials import CredentialCache
from sluice.upstream.guard import AddressPolicy, Guard
from sluice.upstream.router import Transports
from sluice.vendors.dialect import ChannelSpec
from sluice.vendors.registry import vendors

app = typer.Typer(help="The upstreams.", no_args_is_help=True)

KEY_VARIABLE = "SLUICE_CHANNEL_KEY"
Name = Annotated[str, typer.Argument(help="The channel's name.")]


def given_key() -> str | None:
    """The key, or keys, in the environment."""
    return os.environ.get(KEY_VARIABLE)


class _Clock:
    def now_ms(self) -> int:
        return int(time.time() * 1000)

    def monotonic(self) -> float:
        return time.monotonic()


@dataclass(frozen=True, slots=True)
class _Upstream:
    spec: ChannelSpec
    proxy_url: str
    models: tuple[str, ...]


@asynccontextmanager
async def _probing() -> AsyncIterator[Probe]:
    # Who runs commands on this machine may reach whatever the machine reaches.
    async with fake_serving() as fake:
        transports = Transports(Limits(), Guard(AddressPolicy.ANY), overrides={FAKE_ORIGIN: fake})
        clock = _Clock()
        try:
            yield Probe(transports, CredentialCache(transports, clock), clock, SystemRandom())
        finally:
            await transports.aclose()


async def _upstream(office: Office, name: str) -> _Upstream:
    async with office.db.read() as conn:
        row = await channels.find(conn, name)
        if row is None:
            raise Fail(f"there is no channel {name!r}")
        key = (await channels.clear_keys(conn, row.id, office.sealer)).first()
    spec = ChannelSpec(
        provider=row.provider, base_url=row.base_url, key=key, options=row.options, model_mapping=row.model_mapping
    )
    return _Upstream(spec, proxies.opened(row.proxy_url, office.sealer), tuple(row.models))


@app.command(
    "set",
    epilog=examples(
        "SLUICE_CHANNEL_KEY=sk-... sluice channel set openai --provider openai --model gpt-5 --model gpt-5-mini",
        "sluice channel set local --provider ollama --base-url http://127.0.0.1:11434 --model qwen3",
        "sluice channel set openai --provider openai --priority 10",
    ),
)
def set_(
    name: Name,
    provider: Annotated[str, typer.Option(help="The provider's id: docs/reference/providers.md.")],
    base_url: Annotated[str | None, typer.Option(help="Its address, when it differs from the provider's own.")] = None,
    model: Annotated[
        list[str] | None, typer.Option(help="A model it serves; repeat. At first the provider's base models.")
    ] = None,
    priority: Annotated[int | None, typer.Option(help="The highest that can is asked first; at first 0.")] = None,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Make a channel, or change the one of that name: what is left out stays. Its key is read from the variable
    SLUICE_CHANNEL_KEY; several keys: one a line."""
    vendor = vendors().get(provider)
    if vendor is None:
        fail(f"there is no provider {provider!r}; known are: {', '.join(vendors())}")
    told = {"base_url": base_url, "key": given_key(), "models": model, "priority": priority}
    changes = {field: value for field, value in told.items() if value is not None}

    async def work() -> list[str]:
        settings = settings_from(data_dir=data_dir, database_url=database_url)
        async with opened(settings) as office, office.db.write() as conn:
            found = await channels.find(conn, name)
            if found is None:
                old = ChannelConfig(name=name, provider=provider, models=list(vendor.all_base_models()))
            else:
                old = await channel_config(conn, office, found, show_keys=False)
            channel = msgspec.structs.replace(old, provider=provider, **changes)
            report = await Applier(conn, office.by(), office.sealer, office.rng).apply(Config(channels=[channel]))
            return report.lines

    print("\n".join(run(work())) or "nothing to change")


@app.command("list")
def list_(data_dir: DataDir = None, database_url: DatabaseUrl = None) -> None:
    """List the channels."""

    async def work() -> list[ChannelRecord]:
        settings = settings_from(data_dir=data_dir, database_url=database_url)
        async with opened(settings) as office, office.db.read() as conn:
            return await every(lambda page: channels.list_channels(conn, page))

    rows = [
        (row.name, row.provider, row.status, str(row.priority), ",".join(row.groups), ",".join(row.models))
        for row in run(work())
    ]
    print(table(("NAME", "PROVIDER", "STATUS", "PRIORITY", "GROUPS", "MODELS"), rows))


@app.command("test", epilog=examples("sluice channel test openai", "sluice channel test openai --model gpt-5-mini"))
def try_models(
    name: Name,
    model: Annotated[
        list[str] | None, typer.Option(help="The model; repeat. All of the channel when left out.")
    ] = None,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Make a small real request to each model of a channel. Exit code 1 when one fails."""

    async def work() -> list[TestResult]:
        async with opened(settings_from(data_dir=data_dir, database_url=database_url)) as office, _probing() as probe:
            channel = await _upstream(office, name)
            calls = (probe.test(channel.spec, item, proxy_url=channel.proxy_url) for item in model or channel.models)
            return list(await asyncio.gather(*calls))

    results = run(work())
    rows = [
        (
            item.model,
            "ok" if item.ok else "FAILED",
            str(item.status),
            f"{item.latency_ms} ms",
            item.message or item.answer,
        )
        for item in results
    ]
    print(table(("MODEL", "RESULT", "STATUS", "TOOK", "SAID"), rows))
    if not all(item.ok for item in results):
        raise typer.Exit(1)


@app.command("models", epilog=examples("sluice channel models openai"))
def models(name: Name, data_dir: DataDir = None, database_url: DatabaseUrl = None) -> None:
    """Print the models the upstream lists."""

    async def work() -> tuple[str, ...]:
        async with opened(settings_from(data_dir=data_dir, database_url=database_url)) as office, _probing() as probe:
            channel = await _upstream(office, name)
            found = await probe.fetch_models(channel.spec, channel.proxy_url)
        if isinstance(found, Fault):
            raise Fail(f"the upstream did not list its models: {_said(found)}")
        return found

    print("\n".join(run(work())))


def _said(fault: Fault) -> str:
    """What an upstream said, or that it said nothing."""
    if not fault.status:
        return fault.message
    return f"{fault.message or 'it gave no reason: try sluice doctor'} (status {fault.status})"


def doctor(
    channel: Annotated[str, typer.Argument(help="The channel's name.")],
    model: Annotated[str, typer.Option(help="The model to ask, where the upstream lists none.")] = "",
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Try a channel's base URL with and without its version segment, show what was met, and say what to change."""

    async def work() -> tuple[Step, ...]:
        async with opened(settings_from(data_dir=data_dir, database_url=database_url)) as office, _probing() as probe:
            found = await _upstream(office, channel)
            asked = model or next(iter(found.models), "")
            return await probe.doctor(found.spec, asked, found.proxy_url)

    steps = run(work())
    for step in steps:
        print(f"{'ok ' if step.ok else 'BAD'} {step.method} {step.url} -> {step.status or 'no answer'}")
        if step.excerpt:
            print(f"    {step.excerpt}")
        if step.advice:
            print(f"    -> {step.advice}")
    if not steps[0].ok:
        raise typer.Exit(1)
