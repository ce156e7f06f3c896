"""Channels of every provider at the fake upstream, each with what its wire must look like there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .gateways import Gateway


@dataclass(frozen=True)
class Account:
    """An account at one provider.

    ``path`` is where its chats arrive upstream, ``sign`` the header that carries the key there and what stands in it
    (the query's ``access_token`` where a token is bought). ``embedding`` is "" where the provider has none.
    """

    id: str
    provider: str
    wire: str
    path: str
    key: str
    sign: tuple[str, str]
    chat: str
    embedding: str = ""
    base: str = ""
    options: Mapping[str, str] = field(default_factory=dict)


def _bearer(key: str) -> tuple[str, str]:
    return ("authorization", f"Bearer {key}")


ACCOUNTS = {
    account.id: account
    for account in (
        Account(
            "openai", "openai", "openai", "/openai/v1/chat/completions", "sk-openai", _bearer("sk-openai"),
            "acc-gpt", "acc-gpt-embed",
        ),
        Account(
            "azure", "azure", "azure", "/azure/openai/deployments/acc-azure/chat/completions", "azure-key",
            ("api-key", "azure-key"), "acc-azure", "acc-azure-embed",
        ),
        Account(
            "azure-v1", "azure", "azure", "/azure/openai/v1/chat/completions", "azure-v1-key",
            ("api-key", "azure-v1-key"), "acc-azure-next", "acc-azure-next-embed", options={"api_version": "v1"},
        ),
        Account(
            "zhipu", "zhipu", "zhipu", "/zhipu/api/paas/v4/chat/completions", "zhipuid.secret",
            _bearer("zhipuid.secret"), "acc-glm", "acc-glm-embed",
        ),
        Account(
            "qianfan-v1", "qianfan", "qianfan",
            "/qianfan/rpc/2.0/ai_custom/v1/wenxinworkshop/chat/acc-ernie-old", "ak|secret-half",
            ("access_token", "24."), "acc-ernie-old", "acc-ernie-old-embed",
        ),
        Account(
            "qianfan-v2", "qianfan", "qianfan", "/qianfan/v2/chat/completions", "bce-v3/ALTAK-x/y",
            _bearer("bce-v3/ALTAK-x/y"), "acc-ernie", "acc-ernie-embed",
        ),
        Account(
            "dashscope", "dashscope", "dashscope", "/dashscope/compatible-mode/v1/chat/completions", "sk-ali",
            _bearer("sk-ali"), "acc-qwen", "acc-qwen-embed",
        ),
        Account(
            "dashscope as openai", "openai", "dashscope", "/dashscope/compatible-mode/v1/chat/completions", "sk-ali2",
            _bearer("sk-ali2"), "acc-qwen-as-openai", "acc-qwen-as-openai-embed", base="/compatible-mode",
        ),
        Account(
            "siliconflow", "siliconflow", "siliconflow", "/siliconflow/v1/chat/completions", "sk-silicon",
            _bearer("sk-silicon"), "acc/deep seek:V3", "acc/bge-m3",
        ),
        Account(
            "ollama", "ollama", "ollama", "/ollama/v1/chat/completions", "", ("authorization", ""),
            "acc-llama:8b", "acc-nomic:latest",
        ),
        Account(
            "ollama native", "ollama", "ollama", "/ollama/api/chat", "", ("authorization", ""),
            "acc-llama-native:8b", "acc-nomic-native", options={"mode": "native"},
        ),
        Account(
            "deepseek", "deepseek", "deepseek", "/deepseek/v1/chat/completions", "sk-deep",
            _bearer("sk-deep"), "acc-deep",
        ),
        Account(
            "moonshot", "moonshot", "moonshot", "/moonshot/v1/chat/completions", "sk-moon", _bearer("sk-moon"),
            "acc-kimi",
        ),
        Account(
            "compatible", "openai-compatible", "openai", "/openai/v1/chat/completions", "any",
            _bearer("any"), "acc-local", "acc-local-embed",
        ),
    )
}  # fmt: skip


def open_account(gateway: Gateway, account: Account) -> dict[str, Any]:
    """The account's channel, made if it is not there yet, and prices of $1 and $2 a million for its models."""
    name = f"account {account.id}"
    found = gateway.manage("GET", "/channels", params={"search": name, "limit": 200})["items"]
    for channel in found:
        if channel["name"] == name:
            return dict(channel)
    models = [model for model in (account.chat, account.embedding) if model]
    for model in models:
        gateway.price(model, input="1", output="2")
    return gateway.channel(
        models,
        name=name,
        provider=account.provider,
        base_url=gateway.provider.base(account.wire) + account.base,
        key=account.key,
        options=dict(account.options),
    )
