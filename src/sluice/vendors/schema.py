"""A vendor as data: one TOML file in ``data/``, decoded strictly into values that never change.

The console's form, the reference pages and "fill base models" are made from this; a vendor is named nowhere else.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from sluice.base.formats import Format
from sluice.base.outcome import Cause
from sluice.vendors.quirks import MemberRules, Quirks
from sluice.vendors.unfit import Unfit

_AUTH = re.compile(r"bearer|none|custom|header:[a-z][a-z0-9-]*")
_PLACE = re.compile(r"\{([a-z_]+)\}")
_NAME = re.compile(r"[a-z][a-z0-9_-]*")
_PATH = re.compile(r"(/[A-Za-z0-9._~-]+)*")
_ROOT = re.compile(r"(/([A-Za-z0-9._~-]+|\{[a-z_]+\}))*")
TRUE_WORDS = frozenset({"true", "1", "yes", "on"})
FALSE_WORDS = frozenset({"false", "0", "no", "off"})


class Text(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text people read, in the console's languages."""

    en: str
    zh: str


class KeyHint(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a key of this vendor looks like.

    ``pattern`` is a regular expression a whole key should match: a form may warn when it does not. ``required``: a
    channel without a key cannot work.
    """

    hint: Text
    pattern: str = ".*"
    required: bool = True


class FormField(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One option of a channel, shown as a form field and stored as a string.

    Flags are ``true`` or ``false``. ``header`` names the request header a non-empty value is sent as; ``quirk`` the
    quirk it sets. A field with neither is read by the vendor's dialect.
    """

    name: str
    label: Text
    help: Text
    kind: Literal["text", "flag", "number", "choice"] = "text"
    required: bool = False
    default: str = ""
    choices: tuple[str, ...] = ()
    pattern: str = ""
    header: str = ""
    quirk: str = ""


class Numbers(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The type numbers other gateways give this vendor, for importing channels and for speaking their protocols.

    Sources: One API ``relay/channeltype/define.go``, AI Proxy ``core/model/chtype.go``. ``one_api_urls`` gives, by the
    number, the base URL One API keeps for channels that name none, where it is not the vendor's (``url.go`` there).
    """

    one_api: tuple[int, ...] = ()
    one_api_urls: Mapping[str, str] = {}
    ai_proxy: tuple[int, ...] = ()


class Vendor(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One provider. ``base_urls``: the first serves channels that name none; without any, a channel must name one.

    ``root`` is the path under which the API lies (``/v1``, ``/compatible-mode/v1``); a segment may be an option of the
    channel (``/accounts/{account_id}/v1``); see urls.py. ``paths`` gives each
    format's path below the root, ``root_paths`` those that lie beside the root instead. ``auth`` is ``bearer``,
    ``header:<name>``, ``none``, or ``custom`` when the dialect makes the headers itself. ``errors`` maps the vendor's
    own error codes. ``place`` is its place among those that are offered first, 0 for one that is found by searching.
    ``dialect`` names the module beside this one, when data is not enough. ``note`` is told in the reference;
    ``unpriced`` says why none of its models has a packaged price, for a vendor of which that is so.
    """

    id: str
    names: Text
    docs_url: str
    place: int = 0
    key: KeyHint
    paths: Mapping[Format, str]
    root_paths: Mapping[Format, str] = {}
    fields: tuple[FormField, ...] = ()
    auth: str = "bearer"
    base_urls: tuple[str, ...] = ()
    root: str = "/v1"
    models_path: str = "/models"
    forward_headers: tuple[str, ...] = ()
    headers: Mapping[str, str] = {}
    errors: Mapping[str, Cause] = {}
    quirks: Quirks = Quirks()
    members: Mapping[Format, MemberRules] = {}
    base_models: Mapping[Format, tuple[str, ...]] = {}
    dialect: str = ""
    note: str = ""
    unpriced: str = ""
    numbers: Numbers = Numbers()

    def formats(self) -> frozenset[Format]:
        """The formats this vendor answers."""
        return frozenset(self.paths) | frozenset(self.root_paths)

    def all_base_models(self) -> tuple[str, ...]:
        """The models "fill base models" offers, over all formats, each once."""
        return tuple(dict.fromkeys(model for models in self.base_models.values() for model in models))


def parse_vendor(text: str) -> Vendor:
    """The vendor a TOML text describes. Raises ValueError for unknown members, wrong types or broken rules."""
    try:
        vendor = msgspec.convert(tomllib.loads(text), Vendor, strict=True)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ValueError(f"a vendor's file is wrong: {error}") from None
    wrong = _mistakes(vendor)
    if wrong:
        raise ValueError(f"the file of the vendor {vendor.id!r} is wrong: {'; '.join(wrong)}")
    return vendor


def _mistakes(vendor: Vendor) -> list[str]:
    """What the types alone do not catch."""
    wrong = []
    if not _NAME.fullmatch(vendor.id):
        wrong.append("id must be lower-case letters, digits, - and _")
    if not _AUTH.fullmatch(vendor.auth):
        wrong.append(f"auth {vendor.auth!r} is not in the vocabulary")
    paths = (vendor.models_path, *vendor.paths.values(), *vendor.root_paths.values())
    wrong += [f"{path!r} is no path" for path in paths if not _PATH.fullmatch(path)]
    if not _ROOT.fullmatch(vendor.root):
        wrong.append(f"{vendor.root!r} is no path")
    if vendor.paths.keys() & vendor.root_paths.keys():
        wrong.append("a format has two paths")
    if not vendor.formats():
        wrong.append("it serves no format")
    strangers = (vendor.base_models.keys() | vendor.members.keys()) - vendor.formats()
    wrong += [f"it does not serve {name}" for name in sorted(strangers)]
    names = [field.name for field in vendor.fields]
    wrong += [
        f"its root names an option it does not have: {place!r}"
        for place in _PLACE.findall(vendor.root)
        if place not in names
    ]
    if len(names) != len(set(names)):
        wrong.append("two fields have one name")
    return wrong + [mistake for field in vendor.fields for mistake in _field_mistakes(field)]


def _field_mistakes(field: FormField) -> list[str]:
    wrong = []
    if (field.kind == "choice") != bool(field.choices):
        wrong.append(f"the field {field.name!r} must have choices exactly when it is one")
    if field.default:
        try:
            check_option(field, field.default)
        except ValueError as error:
            wrong.append(str(error))
    if field.quirk and field.quirk not in Quirks.__struct_fields__:
        wrong.append(f"the field {field.name!r} sets an unknown quirk")
    return wrong


def check_option(field: FormField, value: str) -> str:
    """A channel's option, trimmed, or the field's default when it is empty. Raises ValueError naming the field."""
    value = value.strip() or field.default
    if not value:
        if field.required:
            raise Unfit(f"the option {field.name!r} is required", f"options.{field.name}")
        return ""
    if not value.isprintable():
        raise Unfit(f"the option {field.name!r} holds a control character", f"options.{field.name}")
    if field.header and not value.isascii():
        raise Unfit(f"the option {field.name!r} must be plain ASCII: it is sent as a header", f"options.{field.name}")
    if field.kind == "choice" and value not in field.choices:
        raise Unfit(f"the option {field.name!r} must be one of {', '.join(field.choices)}", f"options.{field.name}")
    if field.kind == "flag" and value.lower() not in TRUE_WORDS | FALSE_WORDS:
        raise Unfit(f"the option {field.name!r} must be true or false", f"options.{field.name}")
    if field.kind == "number" and not (value.isascii() and value.isdigit() and len(value) < 10):
        raise Unfit(f"the option {field.name!r} must be a whole number", f"options.{field.name}")
    if field.pattern and not re.fullmatch(field.pattern, value):
        raise Unfit(f"the option {field.name!r} does not look right: {field.help.en}", f"options.{field.name}")
    return value


def read_options(vendor: Vendor, options: Mapping[str, str]) -> dict[str, str]:
    """All options of a channel by name, defaults filled in. Raises ValueError for an unknown or a bad one."""
    known = {field.name: field for field in vendor.fields}
    for name in options:
        if name not in known:
            text = f"the provider {vendor.id!r} has no option {name!r}; its options are: {', '.join(known) or 'none'}"
            raise Unfit(text, f"options.{name}")
    return {name: check_option(field, options.get(name, "")) for name, field in known.items()}


def quirks_of(vendor: Vendor, options: Mapping[str, str]) -> Quirks:
    """The vendor's quirks with those that the channel's options (as ``read_options`` gives them) set."""
    changes: dict[str, Any] = {}
    for field in vendor.fields:
        value = options.get(field.name, "")
        if field.quirk and value:
            number = int(value) if field.kind == "number" else value
            changes[field.quirk] = value.lower() in TRUE_WORDS if field.kind == "flag" else number
    if not changes:
        return vendor.quirks
    try:
        return msgspec.convert({**msgspec.structs.asdict(vendor.quirks), **changes}, Quirks)
    except msgspec.ValidationError as error:
        raise Unfit(f"an option is wrong: {error}", "options") from None
