"""What a vendor refuses of a channel is told with the field it is about."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from sluice import vendors as room
from sluice.vendors.registry import vendors
from sluice.web.admin.channel_specs import check_bindable
from sluice.web.admin.errors import ApiError


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


def test_every_refusal_of_the_room_names_its_field() -> None:
    """Whoever refuses a channel says which of its members it is about: a bare ValueError would not."""
    bare = {
        f"{path.name}: {ast.unparse(node.exc.args[0])}"
        for path in Path(room.__path__[0]).glob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Raise)
        and isinstance(node.exc, ast.Call)
        and isinstance(node.exc.func, ast.Name)
        and node.exc.func.id == "ValueError"
    }
    # Of a file that Sluice ships, and of an address nobody asked a channel for.
    assert {place.partition(":")[0] for place in bare} == {"schema.py", "registry.py"}, bare
    assert len(bare) == 4, bare
