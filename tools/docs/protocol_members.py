"""A sample of every member of every client protocol, for the page of conversions; and why some need no word."""

from __future__ import annotations

from typing import Any

from sluice.base.formats import Format

Json = dict[str, Any]

TITLES = {
    Format.OPENAI_CHAT: "Chat Completions",
    Format.OPENAI_RESPONSES: "Responses",
    Format.ANTHROPIC: "Messages",
    Format.GEMINI: "generateContent",
}
SCHEMA: Json = {"type": "object", "properties": {"a": {"type": "string"}}}
_PNG, _PDF = "data:image/png;base64,iVBORw0KGgo=", "data:application/pdf;base64,JVBERi0="
_FUNCTION: Json = {"type": "function", "function": {"name": "f", "parameters": SCHEMA}}
_FLAT: Json = {"type": "function", "name": "f", "parameters": SCHEMA}
_CUSTOM: Json = {"name": "f", "input_schema": SCHEMA}
_DECLARED: Json = {"functionDeclarations": [{"name": "f", "parametersJsonSchema": SCHEMA}]}


def _config(**members: Any) -> Json:
    return {"generationConfig": members}


MEMBERS: dict[Format, dict[str, Json]] = {
    Format.OPENAI_CHAT: {
        "audio": {"audio": {"format": "wav", "voice": "a"}},
        "frequency_penalty": {"frequency_penalty": 0.5},
        "logit_bias": {"logit_bias": {"5": 1}},
        "logprobs": {"logprobs": True},
        "max_completion_tokens": {"max_completion_tokens": 7},
        "max_tokens": {"max_tokens": 7},
        "metadata": {"metadata": {"a": "b"}},
        "modalities": {"modalities": ["text", "audio"]},
        "moderation": {"moderation": {"model": "x"}},
        "n": {"n": 2},
        "parallel_tool_calls": {"tools": [_FUNCTION], "parallel_tool_calls": False},
        "prediction": {"prediction": {"type": "content", "content": "x"}},
        "presence_penalty": {"presence_penalty": 0.5},
        "prompt_cache_key": {"prompt_cache_key": "k"},
        "prompt_cache_options": {"prompt_cache_options": {"mode": "explicit"}},
        "prompt_cache_retention": {"prompt_cache_retention": "24h"},
        "reasoning_effort": {"reasoning_effort": "low"},
        "response_format: json_object": {"response_format": {"type": "json_object"}},
        "response_format: json_schema": {
            "response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": SCHEMA}}
        },
        "safety_identifier": {"safety_identifier": "s"},
        "seed": {"seed": 7},
        "service_tier": {"service_tier": "flex"},
        "stop": {"stop": ["END"]},
        "store": {"store": True},
        "stream": {"stream": True},
        "stream_options": {"stream": True, "stream_options": {"include_usage": True}},
        "temperature": {"temperature": 0.5},
        "temperature above 1": {"temperature": 1.5},
        "tool_choice": {"tools": [_FUNCTION], "tool_choice": "required"},
        "tool_choice: a function": {
            "tools": [_FUNCTION], "tool_choice": {"type": "function", "function": {"name": "f"}}
        },
        "top_k": {"top_k": 5},
        "top_logprobs": {"top_logprobs": 2},
        "top_p": {"top_p": 0.5},
        "user": {"user": "u"},
        "verbosity": {"verbosity": "low"},
        "web_search_options": {"web_search_options": {}},
    },
    Format.OPENAI_RESPONSES: {
        "background": {"background": False},
        "conversation": {"conversation": "conv_1"},
        "include": {"include": ["reasoning.encrypted_content"]},
        "instructions": {"instructions": "Be kind."},
        "max_output_tokens": {"max_output_tokens": 7},
        "max_tool_calls": {"max_tool_calls": 3},
        "metadata": {"metadata": {"a": "b"}},
        "parallel_tool_calls": {"tools": [_FLAT], "parallel_tool_calls": False},
        "previous_response_id": {"previous_response_id": "resp_1"},
        "prompt": {"prompt": {"id": "pmpt_1"}},
        "prompt_cache_key": {"prompt_cache_key": "k"},
        "reasoning.effort": {"reasoning": {"effort": "low"}},
        "reasoning.summary": {"reasoning": {"summary": "auto"}},
        "safety_identifier": {"safety_identifier": "s"},
        "service_tier": {"service_tier": "flex"},
        "store": {"store": True},
        "stream": {"stream": True},
        "stream_options": {"stream": True, "stream_options": {"include_obfuscation": False}},
        "temperature": {"temperature": 0.5},
        "text.format: json_schema": {"text": {"format": {"type": "json_schema", "name": "n", "schema": SCHEMA}}},
        "text.format: json_object": {"text": {"format": {"type": "json_object"}}},
        "text.verbosity": {"text": {"verbosity": "low"}},
        "tool_choice": {"tools": [_FLAT], "tool_choice": "required"},
        "tool_choice: a function": {"tools": [_FLAT], "tool_choice": {"type": "function", "name": "f"}},
        "top_logprobs": {"top_logprobs": 2},
        "top_p": {"top_p": 0.5},
        "truncation": {"truncation": "auto"},
        "user": {"user": "u"},
    },
    Format.ANTHROPIC: {
        "cache_control": {"cache_control": {"type": "ephemeral"}},
        "container": {"container": "c"},
        "context_management": {"context_management": {}},
        "inference_geo": {"inference_geo": "eu"},
        "max_tokens": {"max_tokens": 7},
        "mcp_servers": {"mcp_servers": [{"type": "url", "url": "https://a.example", "name": "a"}]},
        "metadata.user_id": {"metadata": {"user_id": "u"}},
        "output_config.effort": {"output_config": {"effort": "low"}},
        "output_config.format": {"output_config": {"format": {"type": "json_schema", "schema": SCHEMA}}},
        "service_tier": {"service_tier": "standard_only"},
        "speed": {"speed": "fast"},
        "stop_sequences": {"stop_sequences": ["END"]},
        "stream": {"stream": True},
        "system": {"system": "Be kind."},
        "temperature": {"temperature": 0.5},
        "thinking: adaptive": {"thinking": {"type": "adaptive"}},
        "thinking: disabled": {"thinking": {"type": "disabled"}},
        "thinking: enabled": {"thinking": {"type": "enabled", "budget_tokens": 2000}, "max_tokens": 9},
        "tool_choice": {"tools": [_CUSTOM], "tool_choice": {"type": "any"}},
        "tool_choice.disable_parallel_tool_use": {
            "tools": [_CUSTOM], "tool_choice": {"type": "auto", "disable_parallel_tool_use": True}
        },
        "tool_choice: a tool": {"tools": [_CUSTOM], "tool_choice": {"type": "tool", "name": "f"}},
        "top_k": {"top_k": 5},
        "top_p": {"top_p": 0.5},
    },
    Format.GEMINI: {
        "cachedContent": {"cachedContent": "cachedContents/1"},
        "generationConfig.candidateCount": _config(candidateCount=2),
        "generationConfig.frequencyPenalty": _config(frequencyPenalty=0.5),
        "generationConfig.imageConfig": _config(imageConfig={"aspectRatio": "1:1"}),
        "generationConfig.logprobs": _config(logprobs=2),
        "generationConfig.maxOutputTokens": _config(maxOutputTokens=7),
        "generationConfig.mediaResolution": _config(mediaResolution="MEDIA_RESOLUTION_LOW"),
        "generationConfig.presencePenalty": _config(presencePenalty=0.5),
        "generationConfig.responseJsonSchema": _config(responseMimeType="application/json", responseJsonSchema=SCHEMA),
        "generationConfig.responseLogprobs": _config(responseLogprobs=True),
        "generationConfig.responseMimeType": _config(responseMimeType="application/json"),
        "generationConfig.responseModalities": _config(responseModalities=["AUDIO"]),
        "generationConfig.responseSchema": _config(
            responseMimeType="application/json", responseSchema={"type": "OBJECT"}
        ),
        "generationConfig.seed": _config(seed=7),
        "generationConfig.speechConfig": _config(speechConfig={}),
        "generationConfig.stopSequences": _config(stopSequences=["END"]),
        "generationConfig.temperature": _config(temperature=0.5),
        "generationConfig.thinkingConfig: a budget": _config(thinkingConfig={"thinkingBudget": 2000}),
        "generationConfig.thinkingConfig: a level": _config(thinkingConfig={"thinkingLevel": "LOW"}),
        "generationConfig.topK": _config(topK=5),
        "generationConfig.topP": _config(topP=0.5),
        "labels": {"labels": {"a": "b"}},
        "safetySettings": {"safetySettings": [{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "OFF"}]},
        "serviceTier": {"serviceTier": "flex"},
        "store": {"store": True},
        "systemInstruction": {"systemInstruction": {"parts": [{"text": "Be kind."}]}},
        "toolConfig": {"tools": [_DECLARED], "toolConfig": {"functionCallingConfig": {"mode": "ANY"}}},
        "toolConfig: one function": {
            "tools": [_DECLARED],
            "toolConfig": {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["f"]}},
        },
    },
}  # fmt: skip
"""By protocol: a member, and what a request holds to ask for it."""


def _source(**source: str) -> Json:
    return {"source": source}


PARTS: dict[Format, dict[str, Json | list[Json]]] = {
    Format.OPENAI_CHAT: {
        "text": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}],
        "image_url: data": [{"type": "image_url", "image_url": {"url": _PNG}}],
        "image_url: an address": [{"type": "image_url", "image_url": {"url": "https://a.example/p.png"}}],
        "image_url.detail": [{"type": "image_url", "image_url": {"url": _PNG, "detail": "low"}}],
        "input_audio": [{"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}}],
        "file: data": [{"type": "file", "file": {"filename": "a.pdf", "file_data": _PDF}}],
        "file: an id": [{"type": "file", "file": {"file_id": "file-1"}}],
        "video_url": [{"type": "video_url", "video_url": {"url": "https://a.example/v.mp4"}}],
        "cache_control": [{"type": "text", "text": "a", "cache_control": {"type": "ephemeral"}}],
        "name": {"messages": [{"role": "user", "content": "Hi", "name": "bob"}]},
        "tools: function": {"tools": [_FUNCTION]},
        "tools: function.strict": {
            "tools": [{"type": "function", "function": {"name": "f", "parameters": SCHEMA, "strict": True}}]
        },
        "tools: custom": {"tools": [{"type": "custom", "custom": {"name": "f"}}]},
    },
    Format.OPENAI_RESPONSES: {
        "input_text": [{"type": "input_text", "text": "a"}, {"type": "input_text", "text": "b"}],
        "input_image: data": [{"type": "input_image", "image_url": _PNG}],
        "input_image: an address": [{"type": "input_image", "image_url": "https://a.example/p.png"}],
        "input_image: an id": [{"type": "input_image", "file_id": "file-1"}],
        "input_image.detail": [{"type": "input_image", "image_url": _PNG, "detail": "low"}],
        "input_file: data": [{"type": "input_file", "filename": "a.pdf", "file_data": _PDF}],
        "input_file: an address": [{"type": "input_file", "file_url": "https://a.example/a.pdf"}],
        "input_file: an id": [{"type": "input_file", "file_id": "file-1"}],
        "input_audio": [{"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}}],
        "item_reference": {"input": [{"type": "item_reference", "id": "msg_1"}]},
        "tools: function": {"tools": [_FLAT]},
        "tools: custom": {"tools": [{"type": "custom", "name": "f"}]},
        "tools: web_search": {"tools": [{"type": "web_search"}]},
        "tools: file_search": {"tools": [{"type": "file_search", "vector_store_ids": ["vs_1"]}]},
        "tools: mcp": {"tools": [{"type": "mcp", "server_label": "a", "server_url": "https://a.example"}]},
    },
    Format.ANTHROPIC: {
        "text": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}],
        "text.cache_control": [{"type": "text", "text": "a", "cache_control": {"type": "ephemeral"}}],
        "image: base64": [{"type": "image", **_source(type="base64", media_type="image/png", data="iVBORw0KGgo=")}],
        "image: url": [{"type": "image", **_source(type="url", url="https://a.example/p.png")}],
        "image: file": [{"type": "image", **_source(type="file", file_id="file_1")}],
        "document: base64": [
            {"type": "document", **_source(type="base64", media_type="application/pdf", data="JVBERi0=")}
        ],
        "document: text": [{"type": "document", **_source(type="text", media_type="text/plain", data="x")}],
        "document: url": [{"type": "document", **_source(type="url", url="https://a.example/a.pdf")}],
        "document: file": [{"type": "document", **_source(type="file", file_id="file_1")}],
        "search_result": [{"type": "search_result", "source": "a", "title": "b", "content": []}],
        "tools: custom": {"tools": [_CUSTOM]},
        "tools: custom.strict": {"tools": [{**_CUSTOM, "strict": True}]},
        "tools: custom.cache_control": {"tools": [{**_CUSTOM, "cache_control": {"type": "ephemeral"}}]},
        "tools: web_search": {"tools": [{"type": "web_search_20260318", "name": "web_search"}]},
    },
    Format.GEMINI: {
        "text": [{"text": "a"}, {"text": "b"}],
        "inlineData: a picture": [{"inlineData": {"mimeType": "image/png", "data": "iVBORw0KGgo="}}],
        "inlineData: sound": [{"inlineData": {"mimeType": "audio/wav", "data": "AAAA"}}],
        "inlineData: a document": [{"inlineData": {"mimeType": "application/pdf", "data": "JVBERi0="}}],
        "inlineData: a film": [{"inlineData": {"mimeType": "video/mp4", "data": "AAAA"}}],
        "fileData: a picture": [{"fileData": {"mimeType": "image/png", "fileUri": "https://a.example/p.png"}}],
        "fileData: a document": [{"fileData": {"mimeType": "application/pdf", "fileUri": "https://a.example/a.pdf"}}],
        "executableCode": [{"executableCode": {"language": "PYTHON", "code": "1"}}],
        "tools: functionDeclarations": {"tools": [_DECLARED]},
        "tools: googleSearch": {"tools": [{"googleSearch": {}}]},
        "tools: codeExecution": {"tools": [{"codeExecution": {}}]},
        "tools: urlContext": {"tools": [{"urlContext": {}}]},
    },
}
"""By protocol: a part of a message, or what else stands in one."""

SEEN_TO: dict[str, str] = {
    "stream_options": "seen to by Sluice",
    "openai_responses background": "`false` asks for nothing",
    "openai_responses include": "seen to by Sluice",
    "openai_responses metadata": "repeated in the answer",
    "openai_responses previous_response_id": "seen to by Sluice",
    "openai_responses reasoning.summary": "thought is told anyway",
    "openai_responses store": "seen to by Sluice",
    "openai_responses parallel_tool_calls": "nothing to choose",
    "thinking: disabled": "nothing is asked for",
    "openai_responses stream": "seen to by Sluice",
}
"""Why a member may vanish without a word: by its name, or by its protocol and its name."""
