"""Each command: what it prints, what it changes, and how it ends."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from sluice.cli import main
from sluice.settings import strangers

Sluice = Callable[..., Any]

CONFIG = """
[[groups]]
name = "vip"
multiplier = 0.85

[[users]]
name = "root"
role = "root"
balance_usd = 200

[[users]]
name = "uma"
password = "a password of uma"
balance_usd = 12.5
group = "vip"

[[channels]]
name = "fake"
provider = "fake"
base_url = "http://fake.sluice.internal"
key = "sk-upstream-key-of-the-channel"
models = ["fake-chat"]
groups = ["default", "vip"]

[[channels]]
name = "proxied"
provider = "fake"
proxy_url = "http://user:word-of-the-proxy@127.0.0.1:8888"

[[tokens]]
name = "mine"
user = "uma"
models = ["fake-chat"]
limit_usd = 3
expires_at = "2099-01-31T12:00:00Z"

[[prices]]
model = "fake-chat"
input = 1.5
output = 6
source = "a test"
as_of = "2026-01-31"

[settings]
session_days = 3
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A config file that says something of each kind."""
    path = tmp_path / "sluice.toml"
    path.write_text(CONFIG)
    return path


def _good(outcome: Any) -> str:
    assert outcome.code == 0, outcome.err
    assert outcome.err == ""
    return str(outcome.out)


def _bad(outcome: Any) -> str:
    """The one line a command that failed ends in."""
    assert outcome.code == 1
    (line,) = outcome.err.splitlines()
    assert line.startswith("sluice: ")
    return str(line)


def test_applying_twice_is_as_good_as_once(sluice: Sluice, config: Path) -> None:
    first = _good(sluice("apply", str(config)))
    for line in ("created group vip", "created user uma", "created channel fake", "created token mine"):
        assert line in first.splitlines()
    (key,) = re.findall(r"the key of the token mine, shown only now: (sk-\S+)", first)
    second = _good(sluice("apply", str(config)))
    assert second == "nothing to change\n"
    assert key not in _good(sluice("export", "--show-keys"))


def test_a_dry_run_tells_and_changes_nothing(sluice: Sluice, config: Path) -> None:
    dry = _good(sluice("apply", "--dry-run", str(config)))
    assert "would have created channel fake" in dry.splitlines()
    assert "sk-" not in dry
    assert "fake" not in _good(sluice("channel", "list"))
    _good(sluice("apply", str(config)))


def test_what_is_exported_can_be_applied(sluice: Sluice, config: Path, tmp_path: Path) -> None:
    _good(sluice("apply", str(config)))
    exported = _good(sluice("export", "--show-keys"))
    again = tmp_path / "again.toml"
    again.write_text(exported)
    elsewhere = {"SLUICE_DATA_DIR": str(tmp_path / "elsewhere")}
    _good(sluice("apply", str(again), **elsewhere))
    assert _good(sluice("export", "--show-keys", **elsewhere)) == exported
    assert _good(sluice("apply", str(again), **elsewhere)) == "nothing to change\n"
    hidden = _good(sluice("export"))
    assert "sk-upstream-key-of-the-channel" in exported
    assert "sk-upstream" not in hidden
    assert "word-of-the-proxy" in exported
    assert 'proxy_url = "http://***@127.0.0.1:8888"' in hidden
    again.write_text(hidden)
    assert "channel" not in _good(sluice("apply", str(again)))
    assert _good(sluice("export", "--show-keys")) == exported
    _good(sluice("channel", "set", "proxied", "--provider", "fake", "--priority", "1"))
    assert "word-of-the-proxy" in _good(sluice("export", "--show-keys"))


def test_who_is_overdrawn_is_exported_so(sluice: Sluice, tmp_path: Path) -> None:
    _good(sluice("user", "create", "uma"))
    _good(sluice("user", "balance", "uma", "--", "-0.25"))
    exported = _good(sluice("export"))
    again = tmp_path / "again.toml"
    again.write_text(exported)
    elsewhere = {"SLUICE_DATA_DIR": str(tmp_path / "elsewhere")}
    _good(sluice("apply", str(again), **elsewhere))
    assert _good(sluice("user", "balance", "uma", **elsewhere)) == "$-0.25\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[channels]\n", ("not TOML", "line 1")),
        ('[[channels]]\nname = "a"\nprovider = "fake"\nbase_ulr = "x"', ("base_ulr", "channels[0]", "base_url")),
        ('[[channels]]\nname = "a"\nprovider = "fake"\npriority = "high"', ("channels[0].priority",)),
        ('[[channels]]\nname = "a"', ("provider",)),
        ('[[channels]]\nname = "a"\nprovider = "nobody"', ("'a'", "nobody")),
        ('[[channels]]\nname = "a"\nprovider = "fake"\ngroups = ["none"]', ("groups", "none")),
        ('[[channels]]\nname = "a"\nprovider = "fake"\nkey = "${NOT_SET_ANYWHERE}"', ("NOT_SET_ANYWHERE",)),
        ('[[channels]]\nname = "a"\nprovider = "fake"\nproxy_url = "ftp://h"', ("'a'", "proxy_url", "socks5")),
        ('[[channels]]\nname = "a"\nprovider = "fake"\nproxy_url = "http://***@h"', ("'a'", "proxy", "masked")),
        ('[[users]]\nname = "a"\n[[users]]\nname = "a"', ("users[0]", "'a'", "twice")),
        ('[[users]]\nname = "a"\npassword = "short"', ("'a'", "8")),
        ('[[users]]\nname = "a"\nbalance_usd = 0.0000000001', ("'a'", "balance_usd")),
        ('[[tokens]]\nname = "t"\nuser = "nobody"', ("'t'", "nobody")),
        ('[[users]]\nname = "a"\n[[tokens]]\nname = "t"\nuser = "a"\nexpires_at = "soon"', ("'t'", "expires_at")),
        ('[[prices]]\nmodel = "m"\ninputt = 1', ("prices[0]", "inputt")),
        ("[[prices]]\ninput = 1", ("prices[0]", "model")),
        ("[settings]\nnothing = 1", ("nothing",)),
        ('[[groups]]\nname = "g"\nmultiplier = -1', ("'g'", "multiplier")),
    ],
)
def test_what_is_wrong_with_a_config_is_named_and_nothing_of_it_stays(
    sluice: Sluice, tmp_path: Path, text: str, words: tuple[str, ...]
) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(text)
    line = _bad(sluice("apply", str(path)))
    assert all(word in line for word in words), line


def test_a_config_that_is_not_there(sluice: Sluice) -> None:
    assert "nowhere.toml" in _bad(sluice("apply", "nowhere.toml"))


def test_variables_stand_in_a_config(sluice: Sluice, tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_text('[[channels]]\nname = "c"\nprovider = "fake"\nkey = "${MY_KEY}"\n')
    _good(sluice("apply", str(path), MY_KEY="sk-from-the-environment"))
    assert "sk-from-the-environment" in _good(sluice("export", "--show-keys"))


def test_a_channel_is_set_and_keeps_its_key(sluice: Sluice) -> None:
    made = ("channel", "set", "c", "--provider", "fake", "--model", "fake-chat")
    assert _good(sluice(*made, SLUICE_CHANNEL_KEY="sk-the-key")) == "created channel c\n"
    assert _good(sluice(*made)) == "nothing to change\n"
    assert "priority" in _good(sluice(*made, "--priority", "7"))
    assert "sk-the-key" in _good(sluice("export", "--show-keys"))
    assert re.search(r"^c +fake +enabled +7 +default +fake-chat$", _good(sluice("channel", "list")), re.MULTILINE)
    assert "nobody" in _bad(sluice("channel", "set", "d", "--provider", "nobody"))


def test_a_channels_keys_are_listed_masked_added_disabled_and_removed(sluice: Sluice, tmp_path: Path) -> None:
    keys = [f"sk-{name}-key-of-the-channel-{number}" for number, name in enumerate(("first", "second", "third"), 1)]
    path = tmp_path / "c.toml"
    path.write_text(f'[[channels]]\nname = "c"\nprovider = "fake"\nkey = {json.dumps(keys[:2])}\n')
    _good(sluice("apply", str(path)))
    assert "created" not in _good(sluice("apply", str(path)))
    _good(sluice("channel", "keys", "c", "--add", SLUICE_CHANNEL_KEY=keys[2]))
    shown = _good(sluice("channel", "keys", "c", "--disable", "1", "--remove", "2"))
    assert re.search(r"^1 +sk-firs\.\.\.el-1 +disabled", shown, re.MULTILINE)
    assert re.search(r"^3 +sk-thir\.\.\.el-3 +enabled", shown, re.MULTILINE)
    assert not any(key in shown for key in keys)
    assert not any(key in _good(sluice("export")) for key in keys)
    assert json.dumps([keys[0], keys[2]])[1:-1] in " ".join(_good(sluice("export", "--show-keys")).split())
    assert "no key 2" in _bad(sluice("channel", "keys", "c", "--enable", "2"))
    assert "at least one" in _bad(sluice("channel", "keys", "c", "--remove", "3"))
    assert "SLUICE_CHANNEL_KEY" in _bad(sluice("channel", "keys", "c", "--add"))
    assert "there is no channel 'd'" in _bad(sluice("channel", "keys", "d"))


def test_a_channel_is_tried(sluice: Sluice) -> None:
    _good(sluice("channel", "set", "c", "--provider", "fake", "--model", "fake-chat", "--model", "fake-chat-500"))
    both = sluice("channel", "test", "c")
    assert both.code == 1
    lines = both.out.splitlines()
    assert re.match(r"fake-chat +ok +200 ", lines[1]), both
    assert re.match(r"fake-chat-500 +FAILED +500 ", lines[2]), both
    assert sluice("channel", "test", "c", "--model", "fake-chat").code == 0
    assert "there is no channel 'd'" in _bad(sluice("channel", "test", "d"))
    assert sluice("doctor", "c").code == 0


def test_the_doctor_says_what_to_change(sluice: Sluice) -> None:
    made = ("channel", "set", "c", "--provider", "openai", "--base-url", "http://127.0.0.1:9/v1", "--model", "m")
    assert "needs a key" in _bad(sluice(*made))
    _good(sluice(*made, SLUICE_CHANNEL_KEY="sk-x"))
    outcome = sluice("doctor", "c")
    assert outcome.code == 1
    assert "BAD POST http://127.0.0.1:9/v1/chat/completions -> no answer" in outcome.out


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("token", "create", "", "--user", "uma"), "name: must have 1 to 128 characters"),
        (("token", "create", "a\nb", "--user", "uma"), "name: must have 1 to 128 characters"),
        (("token", "create", "t", "--model", "", "--user", "uma"), "models: the name of a model must have"),
        (
            ("token", "create", "t", "--requests-per-minute", "99999999999", "--user", "uma"),
            "requests_per_minute: must be between",
        ),
        (("user", "create", "otto", "--balance-usd", "-1"), "--balance-usd: must not be negative"),
        (("user", "create", " "), "name: must have 1 to 128 characters"),
        (("user", "create", "x" * 129), "name: must have 1 to 128 characters"),
        (("user", "link", "root", "--origin", "javascript:alert(1)"), "--origin: must begin with http:// or https://"),
        (("channel", "set", "", "--provider", "fake"), "name: must have 1 to 128 characters"),
        (("channel", "set", "c", "--provider", "fake", "--model", ""), "models: the name of a model must have"),
        (("channel", "set", "c", "--provider", "fake", "--priority", "9" * 20), "priority: must be between"),
        (("fake-provider", "--port", "99999"), "less than or equal to 65535"),
        (("fake-provider", "--host", "nobody.invalid"), "cannot listen on nobody.invalid"),
    ],
)
def test_a_slip_ends_in_a_line(sluice: Sluice, command: tuple[str, ...], said: str) -> None:
    _good(sluice("user", "create", "uma"))
    outcome = sluice(*command)
    assert outcome.code in (1, 2), outcome
    assert said in outcome.err
    assert outcome.out == ""


def test_a_file_with_numbers_beyond_measure_is_refused(sluice: Sluice, tmp_path: Path) -> None:
    path = tmp_path / "odd.toml"
    for lines in ("weight = 99999999999999999999", "priority = -2147483649", 'models = ["a\\u0000"]'):
        path.write_text(f'[[channels]]\nname = "c"\nprovider = "fake"\n{lines}\n')
        assert lines.split(" =")[0] in _bad(sluice("apply", str(path)))


def test_a_token_is_made_listed_and_switched_off(sluice: Sluice) -> None:
    _good(sluice("user", "create", "uma", "--balance-usd", "1"))
    key = _good(sluice("token", "create", "t", "--user", "uma", "--limit-usd", "2.5")).strip()
    assert re.fullmatch(r"sk-[A-Za-z0-9]{40,}", key)
    listed = _good(sluice("token", "list"))
    assert key not in listed
    assert re.search(r"^t +uma +sk-\S+ +relay +enabled +all +2.50 of 2.50$", listed, re.MULTILINE)
    assert "t" in _bad(sluice("token", "create", "t", "--user", "uma"))
    _good(sluice("token", "disable", "t", "--user", "uma"))
    assert " disabled " in _good(sluice("token", "list", "--user", "uma"))
    _good(sluice("token", "enable", "t", "--user", "uma"))
    assert "there is no token 'x'" in _bad(sluice("token", "disable", "x", "--user", "uma"))
    assert "there is no user 'otto'" in _bad(sluice("token", "create", "t", "--user", "otto"))
    assert "--expires-at" in _bad(sluice("token", "create", "u", "--user", "uma", "--expires-at", "soon"))
    assert "must not be negative" in _bad(sluice("token", "create", "u", "--user", "uma", "--limit-usd", "-5"))


def test_a_users_balance_and_password(sluice: Sluice) -> None:
    _good(sluice("user", "create", "uma", "--balance-usd", "1.25"))
    assert _good(sluice("user", "balance", "uma")) == "$1.25\n"
    assert _good(sluice("user", "balance", "uma", "0.000000001", "--remark", "why")) == "$0.000000001\n"
    assert "balance" in _bad(sluice("user", "balance", "uma", "much"))
    assert "there is no user 'otto'" in _bad(sluice("user", "balance", "otto"))
    assert "is set" in _good(sluice("user", "password", "uma", "--stdin", stdin="a new password\n"))
    assert "8 characters" in _bad(sluice("user", "password", "uma", "--stdin", stdin="short\n"))
    link = _good(sluice("user", "link", "uma", "--origin", "https://llm.example.com/")).strip()
    assert re.fullmatch(r"https://llm\.example\.com/setup#[A-Za-z0-9_-]{43}", link)
    assert re.search(r"^uma +user +enabled +default +0\.000000001$", _good(sluice("user", "list")), re.MULTILINE)


def test_prices_are_set_listed_and_read_from_a_file(sluice: Sluice, tmp_path: Path) -> None:
    _good(sluice("prices", "set", "my-model", "input=2.5", "output=10"))
    assert re.search(r"^my-model +input=2.5 output=10 +admin ", _good(sluice("prices", "list", "my-m")), re.MULTILINE)
    assert "inputt" in _bad(sluice("prices", "set", "my-model", "inputt=1"))
    path = tmp_path / "prices.json"
    rows = {
        name: {
            "input_cost_per_token": 1e-6,
            "output_cost_per_token": 2e-6,
            "mode": "chat",
            "litellm_provider": "openai",
        }
        for name in ("my-model", "their-model")
    }
    path.write_text(json.dumps(rows))
    dry = _good(sluice("prices", "refresh", str(path), "--dry-run"))
    assert "would set the price of their-model" in dry
    assert "their-model" not in _good(sluice("prices", "list", "their"))
    assert "set the price of my-model" not in _good(sluice("prices", "refresh", str(path)))
    assert re.search(r"^their-model +input=1 output=2 +import ", _good(sluice("prices", "list", "their")), re.MULTILINE)
    assert "set the price of my-model" in _good(sluice("prices", "refresh", str(path), "--overwrite"))
    assert "nowhere.json" in _bad(sluice("prices", "refresh", "nowhere.json"))


def test_it_is_a_program() -> None:
    done = subprocess.run([sys.executable, "-m", "sluice.cli", "--version"], capture_output=True, text=True, check=True)
    assert re.fullmatch(r"sluice \d+\.\d+\.\d+\S*\n", done.stdout)


def test_bare_questions(sluice: Sluice) -> None:
    assert re.fullmatch(r"sluice \d+\.\d+\.\d+\S*\n", _good(sluice("--version")))
    assert _good(sluice("migrate")) == "the database is up to date\n"
    assert sluice("no-such-command").code == 2
    for command in ("channel", "token", "user", "prices"):
        assert "list" in _good(sluice(command, "--help"))


def _leaves(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    if hasattr(command, "commands"):
        context = command.make_context(name, [], resilient_parsing=True)
        for child in command.list_commands(context):
            yield from _leaves(f"{name} {child}", command.get_command(context, child))
    else:
        yield name, command


LEAVES = dict(_leaves("sluice", typer.main.get_command(main)))


@pytest.mark.parametrize("name", [name for name in LEAVES if not name.endswith((" list", "sluice migrate"))])
def test_a_commands_help_ends_in_examples_that_are_understood(sluice: Sluice, name: str) -> None:
    shown = _good(sluice(*name.split()[1:], "--help"))
    assert "[env: SLUICE_DATA_DIR]" in shown or name == "sluice fake-provider"
    examples = shown.partition("\n  Examples:\n")[2].splitlines()
    assert examples
    for example in examples:
        words = shlex.split(re.sub(r" [<>] \S+$", "", example))
        while "=" in words[0]:
            del words[0]
        assert " ".join(words).startswith(name)
        command = LEAVES[name]
        command.make_context(name, words[len(name.split()) :])  # a UsageError, where there is no such option


def test_settings_that_do_not_fit_are_named(sluice: Sluice) -> None:
    assert "port" in _bad(sluice("serve", "--port", "99999999"))
    assert "database URL" in _bad(sluice("migrate", "--database-url", "mysql://x"))
    assert "SLUICE_ADMIN_PASSWORD" in _bad(sluice("serve", "--port", "0", SLUICE_ADMIN_PASSWORD="short"))


def test_what_looks_like_a_setting_and_is_none_is_said() -> None:
    said = strangers(["PATH", "SLUICE_PROT", "SLUICE_PORT", "SLUICE_CHANNEL_KEY", "SLUICE_XYZZY_PLUGH"])
    assert said == [
        "there is no setting SLUICE_PROT: did you mean SLUICE_PORT?",
        "there is no setting SLUICE_XYZZY_PLUGH",
    ]


def test_a_postgresql_that_lets_nobody_in_is_told_in_a_line(sluice: Sluice, postgres: Any) -> None:
    for address in (postgres.get_uri("nowhere"), postgres.get_uri().replace("//postgres:", "//stranger:")):
        told = _bad(sluice("migrate", "--database-url", address))
        assert re.fullmatch(r"sluice: the database refuses: .*(nowhere|stranger).*; look at SLUICE_DATABASE_URL", told)
