"""Trying channels before and after they are saved; what providers there are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from sluice.base.formats import Format
from sluice.base.keys import split_keys
from sluice.base.outcome import Fault
from sluice.relay.probe import TestResult, guess_format
from sluice.storage.key_marks import Mark, note_mark
from sluice.storage.manage import channels
from sluice.vendors.dialect import ChannelSpec
from sluice.vendors.registry import vendors
from sluice.vendors.schema import FormField, Text, Vendor
from sluice.web.admin.caller import GuardedRoute, Here, Visit
from sluice.web.admin.channel_keys import stored_keys
from sluice.web.admin.channel_specs import (
    check_address,
    check_bindable,
    check_key_given,
    check_proxy_trusted,
    opened_proxy,
    proxy_to_store,
    stored_spec,
)
from sluice.web.admin.channels import Mapping_, Options
from sluice.web.admin.errors import RESPONSES, ApiError, invalid
from sluice.web.admin.fields import Id, Keys, ModelName, Name, PathId, ShortText, Strict

router = APIRouter(tags=["channels"], route_class=GuardedRoute, responses=RESPONSES)


class Words(BaseModel):
    """A text in the console's languages."""

    en: str
    zh: str


class ProviderField(BaseModel):
    """One option that a channel of this provider has. Values are texts; a flag's is `true` or `false`."""

    name: str
    label: Words
    help: Words
    kind: Literal["text", "flag", "number", "choice"]
    choices: list[str]
    required: bool
    default: str
    pattern: str = Field(description="A regular expression that a whole value must match; may be empty.")


class ProviderView(BaseModel):
    """A provider: all that the form of a channel needs to know."""

    id: str
    name: Words
    docs_url: str
    place: int = Field(description="Its place among those to offer first; 0: it is found by searching.")
    key_hint: Words
    key_required: bool
    key_pattern: str = Field(description="A regular expression that a pasted key should match.")
    base_urls: list[str] = Field(description="The first is used when none is given; empty: one must be given.")
    formats: list[Format]
    lists_models: bool = Field(description="Whether its models can be fetched.")
    fields: list[ProviderField]
    base_models: dict[Format, list[str]] = Field(description="Format -> exact names.")


class ProviderList(BaseModel):
    """All providers, by id."""

    items: list[ProviderView]


class Unsaved(Strict):
    """A channel as it stands in a form. With ``channel_id`` its stored key is used when none is given; of several keys
    the first."""

    channel_id: Id | None = None
    provider: Name
    base_url: ShortText = ""
    key: Keys | None = None
    options: Options = Field(default_factory=dict)
    model_mapping: Mapping_ = Field(default_factory=dict)
    proxy_url: ShortText | None = None


class TestWish(Strict):
    """What to test; by default the channel's first chat model, in the format the model is known for."""

    __test__ = False

    model: ModelName | None = None
    format: Format | None = None
    key_id: Id | None = Field(default=None, description="Which of its keys; by default the first that is enabled.")


class UnsavedTest(Unsaved):
    """An unsaved channel and what to test of it."""

    model: ModelName
    format: Format | None = None


class ModelSource(Strict):
    """Where to fetch the list of models: a saved channel or an unsaved one."""

    channel_id: Id | None = None
    channel: Unsaved | None = None


class DiagnosisWish(Strict):
    """What to ask; the list of models if no model is given."""

    model: ModelName | None = None


class UnsavedDiagnosis(Unsaved):
    """An unsaved channel to diagnose."""

    model: ModelName | None = None


class TestView(BaseModel):
    """What came of a test. It cost what such a call costs at the provider."""

    __test__ = False

    ok: bool
    format: Format
    model: str
    status: int = Field(description="The upstream's HTTP status; 0 when nothing answered.")
    latency_ms: int
    message: str = Field(description="Why it failed, without secrets.")
    answer: str = Field(description="The beginning of the answer.")


class FetchedModels(BaseModel):
    """The models an upstream lists."""

    models: list[str]


class StepView(BaseModel):
    """One address that was tried."""

    method: str
    url: str
    ok: bool
    status: int
    excerpt: str
    advice: str


class Diagnosis(BaseModel):
    """What was tried, the channel's own address first."""

    steps: list[StepView]


class Urls(BaseModel):
    """What is called for each format."""

    urls: dict[str, str]


def _words(text: Text) -> Words:
    return Words(en=text.en, zh=text.zh)


def _field(field: FormField) -> ProviderField:
    return ProviderField(
        name=field.name,
        label=_words(field.label),
        help=_words(field.help),
        kind=field.kind,
        choices=list(field.choices),
        required=field.required,
        default=field.default,
        pattern=field.pattern,
    )


def _provider(vendor: Vendor) -> ProviderView:
    return ProviderView(
        id=vendor.id,
        name=_words(vendor.names),
        docs_url=vendor.docs_url,
        place=vendor.place,
        key_hint=_words(vendor.key.hint),
        key_required=vendor.key.required,
        key_pattern=vendor.key.pattern,
        base_urls=list(vendor.base_urls),
        formats=sorted(vendor.formats()),
        lists_models=bool(vendor.models_path),
        fields=[_field(field) for field in vendor.fields],
        base_models={fmt: list(models) for fmt, models in vendor.base_models.items()},
    )


@router.get("/providers", tags=["providers"])
async def list_providers(here: Here) -> ProviderList:
    """The providers, with what the form of a channel needs: key hint, addresses, options, base models."""
    return ProviderList(items=[_provider(vendor) for vendor in vendors().values()])


@router.post("/channels/resolve")
async def resolve_channel_urls(here: Here, unsaved: Unsaved) -> Urls:
    """What an unsaved channel would call. Nothing is called."""
    spec, _ = await _unsaved(here, unsaved)
    return Urls(urls={fmt.value: url for fmt, url in here.deps.probe.urls(spec).items()})


@router.get("/channels/{channel_id}/urls")
async def get_channel_urls(here: Here, channel_id: PathId) -> Urls:
    """What a channel calls for each format."""
    saved = await saved_spec(here, channel_id)
    return Urls(urls={fmt.value: url for fmt, url in here.deps.probe.urls(saved.spec).items()})


@router.post("/channels/test")
async def test_unsaved_channel(here: Here, unsaved: UnsavedTest) -> TestView:
    """Makes one small real call by an unsaved channel."""
    spec, proxy_url = await _unsaved(here, unsaved)
    return test_view(await here.deps.probe.test(spec, unsaved.model, unsaved.format, proxy_url))


@router.post("/channels/fetch-models")
async def fetch_upstream_models(here: Here, source: ModelSource) -> FetchedModels:
    """Asks the upstream which models it has."""
    if (source.channel_id is None) == (source.channel is None):
        raise invalid("channel", "give either channel_id or channel")
    if source.channel is not None:
        spec, proxy_url = await _unsaved(here, source.channel)
    else:
        assert source.channel_id is not None
        saved = await saved_spec(here, source.channel_id)
        spec, proxy_url = saved.spec, saved.proxy_url
    found = await here.deps.probe.fetch_models(spec, proxy_url)
    if isinstance(found, Fault):
        status = f" (status {found.status})" if found.status else ""
        raise ApiError(422, "upstream_failed", f"the upstream gave no list of models{status}: {found.message}")
    return FetchedModels(models=list(found))


@router.post("/channels/diagnose")
async def diagnose_unsaved_channel(here: Here, unsaved: UnsavedDiagnosis) -> Diagnosis:
    """Tries an unsaved channel's address with and without its version segment, and says what to change."""
    spec, proxy_url = await _unsaved(here, unsaved)
    return await _diagnose(here, spec, unsaved.model, proxy_url)


@router.post("/channels/{channel_id}/test")
async def test_channel(here: Here, channel_id: PathId, wish: TestWish | None = None) -> TestView:  # noqa: PT028 - no test
    """Makes one small real call by a channel, and keeps what came of it with the channel."""
    wish = wish or TestWish()
    saved = await saved_spec(here, channel_id, wish.key_id)
    model = wish.model or first_model(saved.models)
    if model is None:
        raise invalid("model", "the channel lists no models: name one")
    result = await here.deps.probe.test(saved.spec, model, wish.format, saved.proxy_url)
    await keep_result(here, channel_id, result, saved.key_id)
    return test_view(result)


@router.post("/channels/{channel_id}/diagnose")
async def diagnose_channel(here: Here, channel_id: PathId, wish: DiagnosisWish | None = None) -> Diagnosis:
    """Tries a channel's address with and without its version segment, and says what to change."""
    saved = await saved_spec(here, channel_id)
    return await _diagnose(here, saved.spec, wish.model if wish else None, saved.proxy_url)


async def _diagnose(here: Visit, spec: ChannelSpec, model: str | None, proxy_url: str) -> Diagnosis:
    steps = await here.deps.probe.doctor(spec, model or "", proxy_url)
    shown: list[dict[str, Any]] = [{name: getattr(step, name) for name in StepView.model_fields} for step in steps]
    return Diagnosis(steps=[StepView.model_validate(step) for step in shown])


def test_view(result: TestResult) -> TestView:
    """What came of a test, as the API shows it."""
    return TestView.model_validate({name: getattr(result, name) for name in TestView.model_fields})


async def keep_result(here: Visit, channel_id: int, result: TestResult, key_id: int = 0) -> None:
    """Keeps what came of the last test with its channel, and with the key it was made by."""
    kept: dict[str, Any] = {
        "at_ms": here.clock.now_ms(),
        "model": result.model,
        "ok": result.ok,
        "latency_ms": result.latency_ms,
        "message": result.message[:500],
    }
    async with here.db.write() as conn:
        await channels.note_test(conn, channel_id, kept)
        if key_id:
            outcome = result.cause.value if result.cause else "ok"
            mark = Mark(at_ms=kept["at_ms"], outcome=outcome, status=result.status, message=kept["message"])
            await note_mark(conn, (channel_id, key_id), mark)


def first_model(models: tuple[str, ...]) -> str | None:
    """The model a channel is tested by when none is named: the first that chats."""
    chat = (model for model in models if guess_format(model) is Format.OPENAI_CHAT)
    return next(chat, models[0] if models else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What a saved channel is called by. ``key_id`` is 0 when it has not several keys."""

    spec: ChannelSpec
    proxy_url: str
    models: tuple[str, ...]
    key_id: int


async def saved_spec(here: Visit, channel_id: int, key_id: int | None = None) -> Saved:
    """A saved channel with the named key, or the first that is enabled. Raises ApiError 422 when its provider is gone
    or it has no such key."""
    async with here.db.read() as conn:
        channel = await channels.get(conn, channel_id)
        chain = await stored_keys(here, conn, channel_id)
    fitting = [key for key in chain.keys if (key.enabled if key_id is None else key.id == key_id)]
    if key_id is not None and not fitting:
        raise invalid("key_id", f"the channel has no key {key_id}")
    values = {name: getattr(channel, name) for name in ("provider", "base_url", "options", "model_mapping")}
    return Saved(
        spec=check_bindable(values, [key.text for key in fitting[:1]]),
        proxy_url=opened_proxy(here, channel.proxy_url),
        models=channel.models,
        key_id=fitting[0].id if len(chain.keys) > 1 else 0,
    )


async def _unsaved(here: Visit, unsaved: Unsaved) -> tuple[ChannelSpec, str]:
    """Spec and proxy of what stands in a form, checked like a channel that is to be saved."""
    check_address(here, base_url=unsaved.base_url, proxy_url=unsaved.proxy_url or "")
    values = unsaved.model_dump(include={"provider", "base_url", "options", "model_mapping"})
    typed = split_keys(unsaved.key or "")[:1]
    if unsaved.channel_id is None:
        proxy_to_store(here, unsaved.proxy_url or "")
        return check_bindable(values, typed), unsaved.proxy_url or ""
    async with here.db.read() as conn:
        channel = await channels.get(conn, unsaved.channel_id)
        stored = stored_spec(channel, (await stored_keys(here, conn, channel.id)).first())
    spec = check_bindable(values, [stored.key] if unsaved.key is None else typed)
    proxy = channel.proxy_url
    if unsaved.proxy_url is not None:
        proxy = proxy_to_store(here, unsaved.proxy_url, channel.proxy_url)
    if unsaved.key is None:
        check_key_given(here.deps.probe, stored, spec)
        check_proxy_trusted(here.deps.probe, spec, channel.proxy_url, proxy)
    return spec, opened_proxy(here, proxy)
