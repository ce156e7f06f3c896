"""Builds the catalog's data files from a LiteLLM price file on disk and the hand-kept overlay.

    python tools/build_catalog.py PRICE_FILE VERSION DATE

PRICE_FILE is ``litellm/model_prices_and_context_window_backup.json`` out of the LiteLLM wheel, VERSION and DATE that of
its release. Deterministic, and without network.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from sluice.base.rates import rates_to_usd
from sluice.catalog.data_files import read_toml
from sluice.catalog.litellm import host_rank, kind_of, place_of, read_litellm
from sluice.catalog.rows import CatalogPrice, read_rows

DATA = Path(__file__).resolve().parent.parent / "src/sluice/catalog/data"
FACTS = ("kind", "context", "max_output")
LEAST = Decimal("1e-9")


def main(price_file: str, version: str, day: str) -> None:
    """Writes prices.json and models.json, and tells what was left out."""
    entries = json.loads(Path(price_file).read_text("utf-8"), parse_float=Decimal)
    listed = read_litellm(entries, source=f"LiteLLM {version}", as_of=day)
    facts, hosted = litellm_facts(entries, listed.prices)
    prices = {name: price for name, price in listed.prices.items() if name not in hosted}
    for sheet in (overlay := read_toml("overlay.toml"))["sheets"]:
        add_sheet(sheet, Decimal(overlay["cny_per_usd"]), prices, facts)
    prices = {**{name: listed.prices[name] for name in hosted}, **prices}
    write(DATA / "prices.json", '{"prices": [\n', [price_line(name, prices[name]) for name in sorted(prices)], "\n]}\n")
    lines = [f"{json.dumps(name)}: {json.dumps(facts[name])}" for name in sorted(facts)]
    write(DATA / "models.json", "{\n", lines, "\n}\n")
    print(f"{len(prices)} prices, {len(facts)} models; {listed.skipped} entries skipped")
    for error in listed.errors:
        print(f"left out {error.entry}: {error.reason}")


def litellm_facts(
    entries: Mapping[str, Any], taken: Mapping[str, CatalogPrice]
) -> tuple[dict[str, dict[str, Any]], set[str]]:
    """Kind, context and output limit of every model taken, from the provider that was named first; and the models
    that only hosts list. What their maker says of them goes before what a host says."""
    facts: dict[str, dict[str, Any]] = {}
    ranks: dict[str, int] = {}
    for key, entry in entries.items():
        place = place_of(key, entry)
        if place is None or place[0] not in taken or ranks.get(place[0], 999) <= place[1]:
            continue
        name, ranks[place[0]] = place
        known = {"kind": kind_of(entry), "context": tokens(entry, "max_input_tokens")}
        if known["kind"] in ("chat", "completions", "responses"):
            known["max_output"] = tokens(entry, "max_output_tokens", 2 * 10**6)
        facts[name] = {field: value for field, value in known.items() if value}
    hosted = {name for name, rank in ranks.items() if rank == host_rank()}
    for name in hosted:
        maker = name.rpartition("/")[2].lower()
        if maker in facts and maker not in hosted:
            facts[name] = facts[maker]
    return facts, hosted


def tokens(entry: Mapping[str, Any], field: str, most: int = 10**7) -> int | None:
    """A limit in tokens, where the file has one that can be true."""
    value = entry.get(field)
    if isinstance(value, int | Decimal) and not isinstance(value, bool) and 256 <= value <= most:
        return int(value)
    return None


def add_sheet(
    sheet: Mapping[str, Any],
    cny_per_usd: Decimal,
    prices: dict[str, CatalogPrice],
    facts: dict[str, dict[str, Any]],
) -> None:
    """Adds a sheet of the overlay; a model that stands elsewhere already is a mistake."""
    per_usd = {"CNY": cny_per_usd, "USD": Decimal(1)}[sheet["currency"]]
    rows = []
    for name, cells in sheet["models"].items():
        if name in prices:
            raise SystemExit(f"overlay: {name} has a price already, from {prices[name].source}")
        facts[name] = {"kind": "chat", **{field: cells[field] for field in FACTS if field in cells}}
        rates = {field: value for field, value in cells.items() if field not in FACTS}
        rows.append({"model": name, **in_usd(rates, per_usd)})
    listed = read_rows(rows, source=sheet["source"], as_of=sheet["as_of"])
    if listed.errors:
        raise SystemExit(f"overlay: {listed.errors[0]}")
    prices.update(listed.prices)


def in_usd(rates: Mapping[str, Any], per_usd: Decimal) -> dict[str, Any]:
    """Rates in dollars, to the nano-dollar."""
    out: dict[str, Any] = {}
    for field, value in rates.items():
        if field == "tiers":
            out[field] = [in_usd(tier, per_usd) for tier in value]
        elif field == "above_input_tokens":
            out[field] = value
        else:
            out[field] = (Decimal(value) / per_usd).quantize(LEAST, ROUND_HALF_UP)
    return out


def price_line(name: str, price: CatalogPrice) -> str:
    """A price as one line of JSON."""
    row = {"model": name, **rates_to_usd(price.rates), "source": price.source, "as_of": price.as_of}
    return json.dumps(row, ensure_ascii=False)


def write(path: Path, head: str, lines: list[str], tail: str) -> None:
    """Writes lines separated by commas."""
    path.write_text(head + ",\n".join(lines) + tail, "utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
