"""Which address each model of Baidu's v1 has. Sources: SDK qianfan 0.4.12 (resources), One API (baidu/adaptor.go)."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from sluice.base.formats import Format

ROOT = "/rpc/2.0/ai_custom/v1/wenxinworkshop"
GROUPS: Mapping[Format, str] = {
    Format.OPENAI_CHAT: "chat",
    Format.EMBEDDINGS: "embeddings",
    Format.RERANK: "reranker",
}
"""The formats v1 serves, and the part of the path that names each."""

_NAMES: Mapping[str, str] = {
    "ernie-4.0-8k": "completions_pro",
    "ernie-4.0": "completions_pro",
    "ernie-bot-4": "completions_pro",
    "ernie-4.0-8k-preview-0518": "completions_adv_pro",
    "ernie-3.5-8k": "completions",
    "ernie-bot": "completions",
    "ernie-bot-8k": "ernie_bot_8k",
    "ernie-bot-turbo": "eb-instant",
    "ernie-lite-8k-0922": "eb-instant",
    "ernie-lite-8k-0308": "ernie-lite-8k",
    "ernie-speed": "ernie_speed",
    "ernie-speed-8k": "ernie_speed",
    "ernie-character-8k": "ernie-char-8k",
    "ernie-character-fiction-8k": "ernie-char-fiction-8k",
    "ernie-function-8k": "ernie-func-8k",
    "ernie-functions-8k": "ernie-func-8k",
    "ernie speed-appbuilder": "ai_apaas",
    "ernie-lite-appbuilder-8k-0614": "ai_apaas_lite",
    "bloomz-7b": "bloomz_7b1",
    "llama-2-7b-chat": "llama_2_7b",
    "llama-2-13b-chat": "llama_2_13b",
    "llama-2-70b-chat": "llama_2_70b",
    "meta-llama-3-8b": "llama_3_8b",
    "meta-llama-3-70b": "llama_3_70b",
    "chatglm2-6b-32k": "chatglm2_6b_32k",
    "aquilachat-7b": "aquilachat_7b",
    "mixtral-8x7b-instruct": "mixtral_8x7b_instruct",
    "yi-34b-chat": "yi_34b_chat",
    "xuanyuan-70b-chat-4bit": "xuanyuan_70b_chat",
    "gemma-7b-it": "gemma_7b_it",
    "qianfan-chinese-llama-2-7b": "qianfan_chinese_llama_2_7b",
    "qianfan-chinese-llama-2-13b": "qianfan_chinese_llama_2_13b",
    "qianfan-chinese-llama-2-70b": "qianfan_chinese_llama_2_70b",
    "qianfan-bloomz-7b-compressed": "qianfan_bloomz_7b_compressed",
    "bge-large-zh": "bge_large_zh",
    "bge-large-en": "bge_large_en",
    "tao-8k": "tao_8k",
    "bce-reranker-base": "bce_reranker_base",
}
"""Where the address is not the model's name in lower case."""


def endpoint_path(fmt: Format, model: str) -> str:
    """The path of a model below the server's address, percent-encoded."""
    name = model.lower()
    return f"{ROOT}/{GROUPS[fmt]}/{quote(_NAMES.get(name, name), safe='-._~')}"
