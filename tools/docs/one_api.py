"""The page that tells, for each channel type of One API, which provider takes its place."""

from __future__ import annotations

from tools.docs.markdown import code, page, table

from sluice.vendors.registry import vendors

TYPES = {
    1: "OpenAI", 2: "API2D", 3: "Azure", 4: "CloseAI", 5: "OpenAI-SB", 6: "OpenAI Max", 7: "OhMyGPT", 8: "Custom",
    9: "AI.LS", 10: "AI Proxy", 11: "PaLM2", 12: "API2GPT", 13: "AIGC2D", 14: "Anthropic", 15: "Baidu Qianfan",
    16: "Zhipu ChatGLM", 17: "Ali DashScope", 18: "Xunfei Spark", 19: "360", 20: "OpenRouter",
    21: "AI Proxy library", 22: "FastGPT", 23: "Tencent Hunyuan", 24: "Gemini", 25: "Moonshot", 26: "Baichuan",
    27: "MiniMax", 28: "Mistral", 29: "Groq", 30: "Ollama", 31: "01.AI", 32: "StepFun", 33: "AWS Bedrock", 34: "Coze",
    35: "Cohere", 36: "DeepSeek", 37: "Cloudflare", 38: "DeepL", 39: "together.ai", 40: "Doubao", 41: "Novita",
    42: "Vertex AI", 43: "Proxy", 44: "SiliconFlow", 45: "xAI", 46: "Replicate", 47: "Baidu v2", 48: "Xunfei v2",
    49: "Ali Bailian", 50: "OpenAI-compatible", 51: "Gemini (OpenAI)",
}  # fmt: skip
"""One API's ``relay/channeltype/define.go``."""

NOTES = {
    3: "`config.api_version`, or `other`, is the option `api_version`.",
    11: "The PaLM API is gone; its key serves Gemini.",
    15: "The key `APIKey|SecretKey` is enough: it decides for v1.",
    16: 'Keys sign tokens with the option `auth = "jwt"`; v3 is gone, its addresses mean v4.',
    17: "Chat goes by the compatible endpoint. Plugins (`X-DashScope-Plugin`) are not carried over.",
    18: "The key `APPID|APISecret|APIKey` decides for the websocket; `other` is the option `version`.",
    21: "`other`, or `config.library_id`, is the option `library_id`.",
    22: "The key `APIKey-AppId` as it is.",
    23: "The key `AppId|SecretId|SecretKey` as it is, or without its first part.",
    27: "Chat goes by `/chat/completions`.",
    34: "v3 instead of v2; `config.user_id` is the option `user_id`; `bot-` before a bot's id may stay.",
    37: "`config.user_id` is the option `account_id`.",
    38: "Paid by the character, not by the byte; the key decides the host.",
    43: "What of the address speaks OpenAI's protocol. The open path `/v1/oneapi/proxy/...` has no successor: it gave "
    "any path and any header of a client to the upstream.",
    46: "Chat whole and in events, and pictures.",
}


def one_api_page() -> str:
    """Every type, with its provider."""
    known = vendors()
    takers = {number: vendor.id for vendor in known.values() for number in vendor.numbers.one_api}
    addresses = {number: url for vendor in known.values() for number, url in vendor.numbers.one_api_urls.items()}
    rows = []
    for number, name in TYPES.items():
        provider = f"[{code(takers[number])}](providers.md#{takers[number]})" if number in takers else "none yet"
        address = addresses.get(str(number), addresses.get(number, ""))
        note = NOTES.get(number, f"`base_url` {code(address)} where the channel has none." if address else "")
        rows.append((str(number), name, provider, note))
    return page(
        "One API's channel types",
        "What takes the place of each type when you [move from One API](../how-to/migrate-from-one-api.md).",
        table(("type", "name", "provider", "what to mind"), rows),
    )
