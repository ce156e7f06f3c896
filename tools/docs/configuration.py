"""``config.md``: from the structures the config file is read into."""

from __future__ import annotations

from typing import Any

import msgspec
from tools.docs.markdown import code, described, page, table

from sluice.base.rates import UNITS
from sluice.cli.config import ChannelConfig, Config, GroupConfig, TokenConfig, UserConfig
from sluice.storage.manage.settings import SETTINGS
from sluice.web.admin.passwords import SHORTEST

TABLES: dict[type[msgspec.Struct], dict[str, str]] = {
    ChannelConfig: {
        "name": "What it is known by.",
        "provider": "The [provider](providers.md)'s id.",
        "base_url": "Its address, with or without the version segment; the provider's own when left out.",
        "key": "The upstream's key; left alone when left out.",
        "models": "The exact names clients may ask for.",
        "model_mapping": "From a name clients ask for to the upstream's name for it.",
        "priority": "The highest that can is asked first; may be negative.",
        "weight": "Its share among channels of one priority.",
        "groups": "Whose users may use it.",
        "options": "The provider's own options, as strings.",
        "proxy_url": "`http://`, `https://`, `socks4://` or `socks5://` proxy to reach it by; `***` before the `@`, "
        "as exported, leaves user and password alone.",
        "enabled": "`false` keeps it and uses it for nothing.",
        "remark": "For people.",
    },
    TokenConfig: {
        "name": "What it is known by, unique for its user.",
        "user": "Whose it is.",
        "key": "`sk-...`; made and shown once when left out.",
        "scope": "`relay` for `/v1`, `management` for `/api/v1`.",
        "models": "The models it may use; all when left out.",
        "addresses": "The networks it may come from (CIDR); all when left out.",
        "limit_usd": "Dollars it may spend in all.",
        "requests_per_minute": "Requests it may make a minute.",
        "expires_at": "`2027-01-31` or `2027-01-31T12:00:00Z`.",
        "always_usage": "Send usage at the end of every stream, also to clients that did not ask.",
        "enabled": "`false` refuses it.",
    },
    UserConfig: {
        "name": "What the user signs in with.",
        "password": f"At least {SHORTEST} characters; set when it differs.",
        "balance_usd": "Set when the amount is new in the file, and not again while it stays the same there. "
        "Below zero: overdrawn.",
        "group": "Which channels, and at what multiplier.",
        "role": "`user`, `admin` or `root`.",
    },
    GroupConfig: {
        "name": "What it is known by.",
        "multiplier": "Multiplies every price for its users.",
        "remark": "For people.",
    },
}

EXAMPLE = """```toml
[[channels]]
name = "deepseek"
provider = "deepseek"
key = "${DEEPSEEK_API_KEY}"
models = ["deepseek-chat", "deepseek-reasoner"]

[[tokens]]
name = "fastgpt"
key = "${FASTGPT_KEY}"
limit_usd = 25

[[prices]]
model = "my-own-model"
input = 0.5
output = 2
```"""


def config_page() -> str:
    """Every table and field of the config file."""
    described(
        "tables of the config file",
        Config.__struct_fields__,
        dict.fromkeys(("groups", "users", "channels", "tokens", "prices", "settings"), ""),
    )
    parts = [
        f"## `[[{kind.__name__.removesuffix('Config').lower()}s]]`\n\n"
        + table(("field", "default", "meaning"), _rows(kind, texts))
        for kind, texts in TABLES.items()
    ]
    return page(
        "Config file",
        "TOML for `sluice serve --config FILE` (applied at each start) and `sluice apply FILE`. Things are known by "
        "their names: what is not there is made, what is there is changed to what the file says, and what the file "
        "does not name is left alone. A field left out has its default; only a key, a password, a balance, a role and "
        "a group stay as they were. Twice is as good as once. `${NAME}` in a string stands for an environment "
        "variable. `sluice export` prints the present state in this form.",
        EXAMPLE,
        *parts,
        "## `[[prices]]`\n\n`model`, and any of these in USD:\n\n"
        + table(("field", "for"), [(code(name), f"{size:,} {unit}") for name, (unit, size) in UNITS.items()]),
        "## `[settings]`\n\n" + table(("setting", "default", "meaning"), _settings()),
    )


def _rows(kind: type[msgspec.Struct], texts: dict[str, str]) -> list[tuple[str, str, str]]:
    fields = {field.name: field for field in msgspec.structs.fields(kind)}
    return [(code(name), _default(fields[name]), text) for name, text in described(kind.__name__, fields, texts)]


def _default(field: Any) -> str:
    if field.required:
        return "required"
    value = field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory()
    return "" if value in (None, "", [], {}) else code(msgspec.json.encode(value).decode().strip('"'))


def _settings() -> list[tuple[str, str, str]]:
    return [
        (code(name), code(msgspec.json.encode(setting.default).decode()), setting.about)
        for name, setting in SETTINGS.items()
    ]
