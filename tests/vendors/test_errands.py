"""What is done with things an upstream keeps: where it goes, at each provider that keeps any."""

from __future__ import annotations

import pytest

from sluice.base.formats import HELD, Format
from sluice.vendors.dialect import ChannelSpec, Errand, Runner
from sluice.vendors.registry import bind, vendors

OPENAI = ChannelSpec(provider="openai", base_url="", key="sk-0123456789abcdef", options={"project": "proj_1"})
COMPATIBLE = ChannelSpec(provider="openai-compatible", base_url="http://10.0.0.5:8000", key="k1")
CLASSIC = ChannelSpec(provider="azure", base_url="https://r.openai.azure.com", key="azurekey")
DASHSCOPE = ChannelSpec(provider="dashscope", base_url="", key="k1")
GROQ = ChannelSpec(provider="groq", base_url="", key="k1")
SILICONFLOW = ChannelSpec(provider="siliconflow", base_url="", key="k1")
V1 = ChannelSpec(provider="azure", base_url="https://r.openai.azure.com", key="azurekey", options={"api_version": "v1"})


@pytest.mark.parametrize(
    ("spec", "errand", "url"),
    [
        (
            OPENAI,
            Errand(format=Format.FILES, method=b"GET", tail="/file-1/content"),
            "https://api.openai.com/v1/files/file-1/content",
        ),
        (
            OPENAI,
            Errand(format=Format.FINE_TUNING, method=b"GET", tail="/j/events", query="?limit=2"),
            "https://api.openai.com/v1/fine_tuning/jobs/j/events?limit=2",
        ),
        (COMPATIBLE, Errand(format=Format.BATCHES, method=b"POST", body=b"{}"), "http://10.0.0.5:8000/v1/batches"),
        (
            DASHSCOPE,
            Errand(format=Format.FILES, method=b"GET", tail="/file-1/content"),
            "https://dashscope.aliyuncs.com/compatible-mode/v1/files/file-1/content",
        ),
        (GROQ, Errand(format=Format.BATCHES, method=b"GET", tail="/b"), "https://api.groq.com/openai/v1/batches/b"),
        (
            SILICONFLOW,
            Errand(format=Format.BATCHES, method=b"POST", body=b"{}"),
            "https://api.siliconflow.cn/v1/batches",
        ),
        (
            CLASSIC,
            Errand(format=Format.BATCHES, method=b"POST", tail="/b/cancel"),
            "https://r.openai.azure.com/openai/batches/b/cancel?api-version=2024-10-21",
        ),
        (
            CLASSIC,
            Errand(format=Format.FINE_TUNING, method=b"GET", tail="/j/events", query="?limit=2"),
            "https://r.openai.azure.com/openai/fine_tuning/jobs/j/events?limit=2&api-version=2024-10-21",
        ),
        (
            V1,
            Errand(format=Format.FILES, method=b"DELETE", tail="/file-1"),
            "https://r.openai.azure.com/openai/v1/files/file-1",
        ),
    ],
)
def test_where_an_errand_goes(spec: ChannelSpec, errand: Errand, url: str) -> None:
    dialect = bind(spec)
    assert isinstance(dialect, Runner)
    request = dialect.errand(errand, spec.key)
    assert (request.method, request.origin + request.target.decode()) == (errand.method, url)
    headers = dict(request.headers)
    assert headers[b"user-agent"] == b"sluice"
    assert (b"content-type" in headers) is bool(errand.body)
    sign = {"azure": (b"api-key", b"azurekey"), "openai": (b"authorization", b"Bearer sk-0123456789abcdef")}
    name, value = sign.get(spec.provider, (b"authorization", b"Bearer k1"))
    assert headers[name] == value
    assert (headers.get(b"openai-project") == b"proj_1") is (spec is OPENAI)


def test_who_keeps_something_can_be_sent_on_errands() -> None:
    keepers = [vendor for vendor in vendors().values() if vendor.formats() & HELD]
    assert {"openai", "azure", "openai-compatible", "fake"} <= {vendor.id for vendor in keepers}
    for vendor in keepers:
        base = vendor.base_urls[0] if vendor.base_urls else "https://keeper.example.com"
        assert isinstance(bind(ChannelSpec(provider=vendor.id, base_url=base, key="sk-0123456789abcdef")), Runner)
