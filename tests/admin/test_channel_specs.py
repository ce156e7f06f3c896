"""What a vendor refuses of a channel is told with the field it is about."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from sluice import vendors as room
from sluice.vendors.registry import vendors
from sluice.web.admin.channel_specs import check_bindable, field_named
from sluice.web.admin.errors import ApiError

_NAMELESS = {
    "a channel has a project or a space, not both",  # about two at once
    "there is no provider 'x'; known are: 'x'",  # refused before, at its field
    "the provider 'x' does not offer 'x'",  # not of a channel's making, as what follows
    "a vendor's file is wrong: 'x'",
    "the file of the vendor 'x' is wrong: 'x'",
    "the file of the vendor 'x' must be called 'x'.toml",
    "'x'",  # another text again
}


def _refused(provider: str, *, key: str = "", base_url: str = "", **options: str) -> ApiError:
    values = {"provider": provider, "base_url": base_url, "options": options, "model_mapping": {}}
    with pytest.raises(ApiError) as caught:
        check_bindable(values, [key] if key else [])
    assert (caught.value.status, caught.value.code) == (422, "invalid_channel")
    return caught.value


@pytest.mark.parametrize("provider", [vendor.id for vendor in vendors().values() if vendor.key.required])
def test_a_missing_key(provider: str) -> None:
    required = {field.name: field.default or "1" for field in vendors()[provider].fields if field.required}
    assert _refused(provider, base_url="https://a.example", **required).param == "key"


@pytest.mark.parametrize("provider", vendors())
def test_an_option_nobody_has(provider: str) -> None:
    assert _refused(provider, key="a|b|c.d", base_url="https://a.example", nobody_has_it="1").param in (
        "options.nobody_has_it",
        "key",  # of a provider whose key is read before anything else
    )


@pytest.mark.parametrize(
    ("provider", "key", "base_url", "options", "param"),
    [
        ("openai", "sk-x", "ftp://a.example", {}, "base_url"),
        ("openai", "sk-x", "https://user:pass@a.example", {}, "base_url"),
        ("openai", "sk-x", "https://a.example/v1?x=1", {}, "base_url"),
        ("openai-compatible", "sk-x", "", {}, "base_url"),
        ("openai", "sk-\u00e4", "", {}, "key"),
        ("openai", "sk-x", "", {"responses": "perhaps"}, "options.responses"),
        ("cloudflare", "x", "", {}, "options.account_id"),
        ("gigachat", "x", "", {"auth_url": "ftp://a.example"}, "options.auth_url"),
        ("gigachat", "x", "", {"auth_url": "https://a.example/oauth?x=1"}, "options.auth_url"),
        ("qianfan", "half|half", "", {"api": "v2"}, "key"),
        ("zhipu", "no-halves", "", {"auth": "jwt"}, "key"),
        ("vertex", "AIza-x", "", {"publisher": ""}, "options.publisher"),
    ],
)
def test_what_does_not_fit(provider: str, key: str, base_url: str, options: dict[str, str], param: str) -> None:
    assert _refused(provider, key=key, base_url=base_url, **options).param == param


def _texts() -> Iterator[str]:
    """Every text the room refuses with, without what is filled in."""
    for path in Path(room.__path__[0]).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "ValueError"):
                continue
            text = node.args[0]
            parts = text.values if isinstance(text, ast.JoinedStr) else [text]
            said = "".join(str(part.value) if isinstance(part, ast.Constant) else "'x'" for part in parts)
            if not isinstance(text, ast.Name):
                yield said


def test_every_refusal_of_the_room_names_its_field() -> None:
    texts = list(_texts())
    assert len(texts) > 40
    assert {text for text in texts if field_named(text) is None} == _NAMELESS
