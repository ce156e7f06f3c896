"""What clients ask, as each protocol's own clients write it: one request for each scenario."""

from __future__ import annotations

from typing import Any

from sluice.base.formats import Format

Json = dict[str, Any]

CHAT, MESSAGES, RESPONSES, GEMINI = (
    Format.OPENAI_CHAT,
    Format.ANTHROPIC,
    Format.OPENAI_RESPONSES,
    Format.GEMINI,
)
PIXEL = "iVBORw0KGgo="
PAPER = "JVBERi0="
CITY: Json = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
HUE: Json = {"type": "object", "properties": {"hue": {"type": "string", "enum": ["red"]}}, "required": ["hue"]}


def _chat(messages: list[Json] | None = None, **knobs: Any) -> Json:
    return {"model": "m", "messages": messages or [{"role": "user", "content": "Hi"}], **knobs}


def _messages(messages: list[Json] | None = None, **knobs: Any) -> Json:
    return {"model": "m", "max_tokens": 500, "messages": messages or [{"role": "user", "content": "Hi"}], **knobs}


def _responses(given: Any = "Hi", **knobs: Any) -> Json:
    return {"model": "m", "input": given, **knobs}


def _gemini(contents: list[Json] | None = None, **members: Any) -> Json:
    return {"contents": contents or [{"role": "user", "parts": [{"text": "Hi"}]}], **members}


def _asked(kind: str, *parts: Json) -> list[Json]:
    return [{"role": "user", kind: list(parts)}]


CHAT_TOOL = {"type": "function", "function": {"name": "weather", "description": "Now.", "parameters": CITY}}
MESSAGES_TOOL = {"name": "weather", "description": "Now.", "input_schema": CITY}
RESPONSES_TOOL = {"type": "function", "name": "weather", "description": "Now.", "parameters": CITY, "strict": False}
GEMINI_TOOL = {"functionDeclarations": [{"name": "weather", "description": "Now.", "parametersJsonSchema": CITY}]}


def _chat_loop() -> list[Json]:
    calls = [
        {"id": f"call_{at}", "type": "function", "function": {"name": "weather", "arguments": f'{{"city":"{city}"}}'}}
        for at, city in enumerate(("Oslo", "Rome"))
    ]
    return [
        {"role": "user", "content": "Weather?"},
        {"role": "assistant", "content": "I look.", "tool_calls": calls},
        {"role": "tool", "tool_call_id": "call_1", "content": "sun"},
        {"role": "tool", "tool_call_id": "call_0", "content": '{"t":-3}'},
        {"role": "user", "content": "And?"},
    ]


def _messages_loop() -> list[Json]:
    calls = [
        {"type": "tool_use", "id": f"toolu_{at}", "name": "weather", "input": {"city": city}}
        for at, city in enumerate(("Oslo", "Rome"))
    ]
    shown = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PIXEL}}
    results = [
        {"type": "tool_result", "tool_use_id": "toolu_1", "content": [{"type": "text", "text": "sun"}, shown]},
        {"type": "tool_result", "tool_use_id": "toolu_0", "content": "no such city", "is_error": True},
        {"type": "text", "text": "And?"},
    ]
    return [
        {"role": "user", "content": "Weather?"},
        {"role": "assistant", "content": [{"type": "text", "text": "I look."}, *calls]},
        {"role": "user", "content": results},
    ]


def _responses_loop() -> list[Json]:
    return [
        {"role": "user", "content": "Weather?"},
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "I look."}]},
        {"type": "function_call", "call_id": "call_0", "name": "weather", "arguments": '{"city":"Oslo"}'},
        {"type": "function_call", "call_id": "call_1", "name": "weather", "arguments": '{"city":"Rome"}'},
        {"type": "function_call_output", "call_id": "call_1", "output": "sun"},
        {"type": "function_call_output", "call_id": "call_0", "output": '{"t":-3}'},
        {"role": "user", "content": "And?"},
    ]


def _gemini_loop() -> list[Json]:
    calls = [{"functionCall": {"name": "weather", "args": {"city": city}}} for city in ("Oslo", "Rome")]
    answers = [
        {"functionResponse": {"name": "weather", "response": {"t": -3}}},
        {"functionResponse": {"name": "weather", "response": {"result": "sun"}}},
    ]
    return [
        {"role": "user", "parts": [{"text": "Weather?"}]},
        {"role": "model", "parts": [{"text": "I look."}, *calls]},
        {"role": "user", "parts": [*answers, {"text": "And?"}]},
    ]


QUESTIONS: dict[str, dict[Format, Json]] = {
    "text": {CHAT: _chat(), MESSAGES: _messages(), RESPONSES: _responses(), GEMINI: _gemini()},
    "system": {
        CHAT: _chat(
            [
                {"role": "developer", "content": "Be kind."},
                {"role": "system", "content": "Be brief."},
                {"role": "user", "content": "Hi"},
            ]
        ),
        MESSAGES: _messages(
            system=[
                {"type": "text", "text": "Be kind.", "cache_control": {"type": "ephemeral"}},
                {"type": "text", "text": "Be brief."},
            ]
        ),
        RESPONSES: _responses(
            [{"role": "developer", "content": "Be brief."}, {"role": "user", "content": "Hi"}], instructions="Be kind."
        ),
        GEMINI: _gemini(systemInstruction={"parts": [{"text": "Be kind."}, {"text": "Be brief."}]}),
    },
    "tools": {
        CHAT: _chat(tools=[CHAT_TOOL], tool_choice="required", parallel_tool_calls=False),
        MESSAGES: _messages(
            tools=[MESSAGES_TOOL], tool_choice={"type": "any", "disable_parallel_tool_use": True}
        ),
        RESPONSES: _responses(tools=[RESPONSES_TOOL], tool_choice="required", parallel_tool_calls=False),
        GEMINI: _gemini(tools=[GEMINI_TOOL], toolConfig={"functionCallingConfig": {"mode": "ANY"}}),
    },
    "named tool": {
        CHAT: _chat(tools=[CHAT_TOOL], tool_choice={"type": "function", "function": {"name": "weather"}}),
        MESSAGES: _messages(tools=[MESSAGES_TOOL], tool_choice={"type": "tool", "name": "weather"}),
        RESPONSES: _responses(tools=[RESPONSES_TOOL], tool_choice={"type": "function", "name": "weather"}),
        GEMINI: _gemini(
            tools=[GEMINI_TOOL],
            toolConfig={"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["weather"]}},
        ),
    },
    "tool loop": {
        CHAT: _chat(_chat_loop(), tools=[CHAT_TOOL]),
        MESSAGES: _messages(_messages_loop(), tools=[MESSAGES_TOOL]),
        RESPONSES: _responses(_responses_loop(), tools=[RESPONSES_TOOL]),
        GEMINI: _gemini(_gemini_loop(), tools=[GEMINI_TOOL]),
    },
    "server tool": {
        CHAT: _chat(tools=[{"type": "custom", "custom": {"name": "patch"}}]),
        MESSAGES: _messages(tools=[{"type": "web_search_20260318", "name": "web_search"}]),
        RESPONSES: _responses(tools=[{"type": "web_search"}]),
        GEMINI: _gemini(tools=[{"googleSearch": {}}]),
    },
    "image": {
        CHAT: _chat(_asked("content", {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}"}})),
        MESSAGES: _messages(
            _asked(
                "content",
                {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PIXEL}},
            )
        ),
        RESPONSES: _responses(
            _asked("content", {"type": "input_image", "image_url": f"data:image/png;base64,{PIXEL}"})
        ),
        GEMINI: _gemini(_asked("parts", {"inlineData": {"mimeType": "image/png", "data": PIXEL}})),
    },
    "image by address": {
        CHAT: _chat(
            _asked("content", {"type": "image_url", "image_url": {"url": "https://a.example/p.png", "detail": "low"}})
        ),
        MESSAGES: _messages(
            _asked("content", {"type": "image", "source": {"type": "url", "url": "https://a.example/p.png"}})
        ),
        RESPONSES: _responses(
            _asked("content", {"type": "input_image", "image_url": "https://a.example/p.png", "detail": "low"})
        ),
        GEMINI: _gemini(
            _asked("parts", {"fileData": {"mimeType": "image/png", "fileUri": "https://a.example/p.png"}})
        ),
    },
    "document": {
        CHAT: _chat(
            _asked(
                "content",
                {"type": "file", "file": {"filename": "a.pdf", "file_data": f"data:application/pdf;base64,{PAPER}"}},
            )
        ),
        MESSAGES: _messages(
            _asked(
                "content",
                {
                    "type": "document",
                    "title": "a.pdf",
                    "source": {"type": "base64", "media_type": "application/pdf", "data": PAPER},
                },
            )
        ),
        RESPONSES: _responses(
            _asked(
                "content",
                {"type": "input_file", "filename": "a.pdf", "file_data": f"data:application/pdf;base64,{PAPER}"},
            )
        ),
        GEMINI: _gemini(_asked("parts", {"inlineData": {"mimeType": "application/pdf", "data": PAPER}})),
    },
    "structured output": {
        CHAT: _chat(
            response_format={"type": "json_schema", "json_schema": {"name": "hue", "schema": HUE, "strict": True}}
        ),
        MESSAGES: _messages(output_config={"format": {"type": "json_schema", "schema": HUE}}),
        RESPONSES: _responses(text={"format": {"type": "json_schema", "name": "hue", "schema": HUE, "strict": True}}),
        GEMINI: _gemini(generationConfig={"responseMimeType": "application/json", "responseJsonSchema": HUE}),
    },
    "reasoning": {
        CHAT: _chat(reasoning_effort="high"),
        MESSAGES: _messages(max_tokens=20_000, thinking={"type": "enabled", "budget_tokens": 9000}),
        RESPONSES: _responses(reasoning={"effort": "high", "summary": "auto"}),
        GEMINI: _gemini(generationConfig={"thinkingConfig": {"includeThoughts": True, "thinkingBudget": 9000}}),
    },
    "stop and sampling": {
        CHAT: _chat(stop=["END", ""], temperature=1.5, top_p=0.9, seed=7, max_tokens=99, user="u-1"),
        MESSAGES: _messages(
            stop_sequences=["END"], temperature=0.5, top_p=0.9, top_k=40, metadata={"user_id": "u-1"}
        ),
        RESPONSES: _responses(temperature=1.5, top_p=0.9, max_output_tokens=99, safety_identifier="u-1"),
        GEMINI: _gemini(
            generationConfig={
                "stopSequences": ["END"], "temperature": 1.5, "topP": 0.9, "topK": 40, "seed": 7, "maxOutputTokens": 99,
            }
        ),
    },
    "prefill": {
        CHAT: _chat([{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Well,"}]),
        MESSAGES: _messages([{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Well,"}]),
        RESPONSES: _responses([{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Well,"}]),
        GEMINI: _gemini(
            [{"role": "user", "parts": [{"text": "Hi"}]}, {"role": "model", "parts": [{"text": "Well,"}]}]
        ),
    },
}  # fmt: skip
"""By scenario and protocol. The loop that goes on with proofs of thought is made from answers (cells.py)."""

STREAMED: dict[Format, Json] = {
    CHAT: {"stream": True, "stream_options": {"include_usage": True}},
    MESSAGES: {"stream": True},
    RESPONSES: {"stream": True},
    GEMINI: {"stream": True},
}
"""What asks for a stream. Gemini's clients ask by the method; the surface puts it into the body."""
