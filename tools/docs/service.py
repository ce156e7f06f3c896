"""``providers.md``, ``metrics.md``, ``charges.md`` and ``fake-provider.md``: from the vendors' data and the rest."""

from __future__ import annotations

from collections.abc import Mapping

from prometheus_client import CollectorRegistry
from tools.docs.left_out import LEFT_OUT
from tools.docs.markdown import code, codes, described, page, table

from sluice.accounting.policy import policy_table
from sluice.base.formats import Format
from sluice.catalog.prices import catalog_prices
from sluice.fake.scenario import FLAGS, NUMBERED
from sluice.telemetry.metrics import Metrics
from sluice.vendors.registry import vendors
from sluice.vendors.schema import Vendor

NUMBERED_SCENARIOS = {
    "chunks": "`-chunks-64`: an answer of that many chunks.",
    "delay": "`-delay-250`: waits that many milliseconds before it answers.",
    "fail": "`-fail-2`: answers 500 that many times, then well.",
    "poll": "`-poll-3`: a job is done when it is asked after for the third time.",
    "usage": "`-usage-10-20`: reports that many input and output tokens.",
}
SCENARIOS = {
    "429": "Answers 429 with `retry-after: 7`.",
    "500": "Answers 500.",
    "503": "Answers 503.",
    "abort": "Breaks the connection after a few chunks.",
    "comments": "Sends an SSE comment in the stream.",
    "crlf": "Ends the stream's lines with CR LF.",
    "echo": "Answers with the request it received.",
    "empty200": "Answers 200 with an empty body.",
    "errstream": "Ends the stream with an error event.",
    "filter": "Answers nothing, with the finish reason `content_filter`.",
    "hang": "Never answers.",
    "html200": "Answers 200 with a page of HTML.",
    "json": "Answers with a JSON object.",
    "length": "Ends with the finish reason `length`.",
    "long": "Answers with 2,000 words.",
    "nodone": "Leaves `[DONE]` out.",
    "nofinish": "Leaves the finish reason out.",
    "nousage": "Reports no usage.",
    "ok": "Answers well, as without a suffix.",
    "ptool": "Calls two tools at once.",
    "slow": "Waits 50 ms before each chunk.",
    "split": "Sends the stream byte by byte.",
    "stall": "Falls silent after a few chunks.",
    "think": "Reasons first, in `reasoning_content`.",
    "thinktags": "Reasons first, between `<think>` tags in the content.",
    "tool": "Calls a tool; given its result, answers with it.",
    "call": "Calls the tool that the question asks for, `call NAME {arguments}`; given its result, answers with it.",
    "toolsplit": "Calls two tools in the malformed way some upstreams do: one index for both, the name repeated.",
    "usageall": "Reports usage in every chunk.",
    "zerousage": "Reports a usage of zero.",
}


def metrics_page() -> str:
    """Every metric."""
    registry = CollectorRegistry()
    Metrics(registry)
    rows = [
        (code(family.name + ("_total" if family.type == "counter" else "")), family.type, family.documentation)
        for family in registry.collect()
    ]
    return page(
        "Metrics",
        "Prometheus text at `/metrics`, summed over the workers. Labels hold only channels and models that exist.",
        table(("metric", "type", "meaning"), rows),
    )


def charges_page() -> str:
    """The settlement policy."""
    return page(
        "Charges",
        "What a request is charged, for every way it can end. The rule's id stands in the request's log row.",
        policy_table(),
        "## In the books\n\n"
        "The charge of one request stands in its log row. In the movements of an account, a user's or a token's, the "
        "charges of an hour (UTC, by when the requests came in) are one: its amount and the number of its requests "
        "grow as they end. An opening and every change by hand are movements of their own. The sum of an account's "
        "movements is its balance, to the nano-dollar, also after old rows of the log were deleted.",
    )


def fake_page() -> str:
    """Every scenario of the fake provider."""
    return page(
        "Fake provider",
        "The built-in upstream (`sluice fake-provider`, or a channel of the provider `fake`) answers without a key. "
        "What it does is chosen by suffixes of the model's name, which combine: `fake-chat-tool-slow`.",
        "## Suffixes\n\n" + table(("suffix", "effect"), _suffixes("fake scenarios", FLAGS, SCENARIOS)),
        "## Suffixes with numbers\n\n"
        + table(("suffix", "effect"), _suffixes("numbered scenarios", NUMBERED, NUMBERED_SCENARIOS)),
    )


def _suffixes(kind: str, names: frozenset[str], texts: dict[str, str]) -> list[tuple[str, str]]:
    return [(code(f"-{name}"), text) for name, text in described(kind, sorted(names), texts)]


def providers_page() -> str:
    """Every provider, from its data."""
    known = vendors()
    rows = [(f"[{vendor.names.en}](#{name})", code(name), _formats(vendor)) for name, vendor in known.items()]
    return page(
        "Providers",
        "A channel names its provider by id. Base URLs are taken with and without the version segment; `sluice doctor` "
        "shows what is called. Adding one: [add a provider](../how-to/add-a-provider.md).",
        table(("provider", "id", "serves"), rows),
        *(_provider(vendor) for vendor in known.values()),
        "## Without a file of their own\n\n" + table(("provider", "why"), LEFT_OUT),
    )


def _formats(vendor: Vendor) -> str:
    return ", ".join(name.value for name in Format if name in vendor.formats())


def _provider(vendor: Vendor) -> str:
    facts = {
        "names": f"{vendor.names.en}, {vendor.names.zh}" if vendor.names.zh != vendor.names.en else vendor.names.en,
        "documentation": f"<{vendor.docs_url}>" if vendor.docs_url else "",
        "key": vendor.key.hint.en + ("" if vendor.key.required else " (may be left out)"),
        "base URLs": codes(vendor.base_urls) or "each channel names its own",
        "One API's channel types": ", ".join(str(number) for number in vendor.numbers.one_api),
        **_models(vendor.base_models),
        "packaged prices": _prices(vendor),
        "note": vendor.note,
    }
    parts = [f"## {vendor.id}", table(("", ""), [row for row in facts.items() if row[1]])]
    if vendor.fields:
        rows = [(code(field.name), field.label.en, code(field.default), field.help.en) for field in vendor.fields]
        parts.append(table(("option", "label", "default", "meaning"), rows))
    return "\n\n".join(parts)


def _prices(vendor: Vendor) -> str:
    models = vendor.all_base_models()
    priced = sum(model in catalog_prices() for model in models)
    return f"{priced} of {len(models)} base models" if priced else f"none: {vendor.unpriced}"


def _models(models: Mapping[Format, tuple[str, ...]]) -> dict[str, str]:
    return {f"base models, {name}": codes(names) for name, names in models.items()}
