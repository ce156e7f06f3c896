"""The console's source: its words are complete, its types are those of the API, its tools are content."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest
from console_gateway import Gateway
from tools.docs.errors import ADMIN_ERRORS

WEB = Path(__file__).resolve().parents[2] / "web"
PLACES = re.compile(r"\{(\w+)\}")
CJK = re.compile(r"[\u3400-\u9fff\uff00-\uffef]")


def _words(language: str) -> dict[str, str]:
    """Dotted key -> text; the plural forms of a key count as one, by the form every language has."""
    found: dict[str, str] = {}

    def walk(prefix: str, value: Any) -> None:
        if isinstance(value, str):
            found[prefix] = value
        elif set(value) <= {"one", "other"}:
            found[prefix] = value["other"]
        else:
            for name, part in value.items():
                walk(f"{prefix}.{name}", part)

    for path in sorted((WEB / "src" / "i18n" / language).glob("*.json")):
        walk(path.stem, json.loads(path.read_text(encoding="utf-8")))
    return found


def test_both_languages_say_the_same_things() -> None:
    english, chinese = _words("en"), _words("zh")
    assert english.keys() == chinese.keys()
    places = {key: set(PLACES.findall(text)) for key, text in english.items()}
    # A language may leave a name out where its grammar needs none, but may not ask for what it is not given.
    extra = {key: text for key, text in chinese.items() if not set(PLACES.findall(text)) <= places[key] | {"count"}}
    assert extra == {}


def test_no_text_is_empty_and_chinese_is_chinese() -> None:
    english, chinese = _words("en"), _words("zh")
    assert [key for key, text in (english | chinese).items() if not text.strip()] == []
    assert [key for key, text in english.items() if CJK.search(text)] == []
    # Names and units are the same in every language.
    same = {key for key, text in chinese.items() if not CJK.search(text)}
    assert same <= {"settings.python", "logs.tokens", "home.tokens", "users.user", "table.of", "tokens.spentOf"}


def test_every_refusal_of_the_api_is_told_in_every_language() -> None:
    for language in ("en", "zh"):
        told = {key.removeprefix("errors.code.") for key in _words(language) if key.startswith("errors.code.")}
        # What is too large is refused for relay and management alike; `network` is no answer at all.
        assert told ^ set(ADMIN_ERRORS) == {"body_too_large", "network"}


def test_every_word_is_used() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in (WEB / "src").rglob("*.ts*"))
    # Keys that are put together at run time, by what stands before the variable part.
    made = tuple(re.findall(r"[`\"']([\w.]+\.)\$\{", source))
    unused = [key for key in _words("en") if f'"{key}"' not in source and not key.startswith(made)]
    assert unused == []


def test_the_source_has_no_text_outside_the_languages() -> None:
    """Text between tags, and in the attributes people see or hear. Names of products and of clients are not texts."""
    between = re.compile(
        r"(?<![=\w])>\s*([A-Za-z][A-Za-z' ,.!?-]*[a-z.!?])\s*</|[\"}]>\s*([A-Za-z][A-Za-z' ,.!?-]*)\s*<"
    )
    attribute = re.compile(r"\b(?:label|title|placeholder|aria-label|description|alt)=\"([^\"]+)\"")
    allowed = {"Sluice", "status:error model:gpt-4o took:>2s", "https://", "socks5h://127.0.0.1:1080", "0.00"}
    found = []
    for path in sorted((WEB / "src").rglob("*.tsx")):
        text = re.sub(r"(?<!:)//[^\n]*|/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        shown = [next(filter(None, match.groups())) for part in (between, attribute) for match in part.finditer(text)]
        found += [f"{path.name}: {words}" for words in shown if words.strip() not in allowed]
        assert not CJK.search(text), path
    assert found == []


def _plain(value: Any) -> Any:
    """As JavaScript writes it: a whole float has no point."""
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


async def test_the_clients_types_are_those_of_the_api(gateway: Gateway) -> None:
    async with httpx.AsyncClient(timeout=60) as client:
        document = (await client.get(f"{gateway.origin}/api/v1/openapi.json")).json()
    document["info"] = {"title": document["info"]["title"], "version": "1"}
    canonical = json.dumps(_plain(document), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    head = (WEB / "src" / "api" / "schema.d.ts").read_text(encoding="utf-8")[:400]
    assert f"sha256 {digest}" in head, "the API has changed: make api"


def test_the_lock_file_names_no_package_host() -> None:
    lock = (WEB / "package-lock.json").read_text(encoding="utf-8")
    assert '"resolved"' not in lock


@pytest.mark.parametrize("script", ["check", "test"])
def test_the_consoles_own_checks_pass(npm: list[str], script: str) -> None:
    done = subprocess.run([*npm, "run", script], cwd=WEB, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
