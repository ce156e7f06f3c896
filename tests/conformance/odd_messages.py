"""Odd but legal requests of Messages, and what of each must come through or be told.

A case is a body, and marks: texts it holds, each with the name (or names, ``a|b``) it is told under where it is left
out; "" where it is content, which must come through or be refused.
"""

from __future__ import annotations

from typing import Any

from .questions import CITY, HUE, MESSAGES_TOOL, PAPER, PIXEL

Json = dict[str, Any]

PICTURE = {"type": "base64", "media_type": "image/png", "data": PIXEL}
TOOLS = [MESSAGES_TOOL]
DEFS: Json = {
    "type": "object",
    "$defs": {"mark-a": {"type": "string", "description": "mark-b"}},
    "properties": {
        "x": {"$ref": "#/$defs/mark-a"},
        "y": {"type": ["string", "null"]},
        "z": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
    },
}


def user(content: Any) -> Json:
    return {"role": "user", "content": content}


def said(content: Any) -> Json:
    return {"role": "assistant", "content": content}


def request(messages: list[Json] | None = None, **knobs: Any) -> Json:
    return {"model": "m", "max_tokens": 500, "messages": messages or [user("Hi")], **knobs}


def asked(content: Any) -> Json:
    return request([user(content)])


def call() -> Json:
    return {"type": "tool_use", "id": "toolu_1", "name": "weather", "input": {"city": "Oslo"}}


def result(content: Any = "mark-a", **members: Any) -> Json:
    return {"type": "tool_result", "tool_use_id": "toolu_1", "content": content, **members}


def tool(**members: Any) -> Json:
    return request(tools=[{**MESSAGES_TOOL, **members}])


def schema(value: Json) -> Json:
    return tool(input_schema=value)


ODD: dict[str, tuple[Json, dict[str, str]]] = {
    "system empty list": (request(system=[]), {}),
    "system empty text": (request(system=""), {}),
    "system blocks": (
        request(
            system=[
                {"type": "text", "text": "mark-a", "citations": None},
                {"type": "text", "text": "mark-b", "cache_control": {"type": "ephemeral", "ttl": "1h"}},
            ]
        ),
        {"mark-a": "", "mark-b": "", "1h": "cache_control"},
    ),
    "user content empty list": (asked([]), {}),
    "user content empty text": (asked(""), {}),
    "assistant empty last": (request([user("mark-a"), said([])]), {"mark-a": ""}),
    "consecutive user": (request([user("mark-a"), user("mark-b")]), {"mark-a": "", "mark-b": ""}),
    "consecutive assistant": (
        request([user("x"), said("mark-a"), said("mark-b"), user("y")]),
        {"mark-a": "", "mark-b": ""},
    ),
    "starts with assistant": (request([said("mark-a"), user("mark-b")]), {"mark-a": "", "mark-b": ""}),
    "system mid": (
        request([user("x"), said("y"), {"role": "system", "content": "mark-a"}, user("mark-b")]),
        {"mark-a": "", "mark-b": ""},
    ),
    "orphan result": (request([user("x"), user([result()])], tools=TOOLS), {"mark-a": ""}),
    "result later": (
        request([user("x"), said([call()]), user("between"), user([result()])], tools=TOOLS),
        {"mark-a": "", "between": ""},
    ),
    "two results one call": (
        request([user("x"), said([call()]), user([result("mark-a"), result("mark-b")])], tools=TOOLS),
        {"mark-a": "", "mark-b": ""},
    ),
    "text before result": (
        request([user("x"), said([call()]), user([{"type": "text", "text": "mark-b"}, result()])], tools=TOOLS),
        {"mark-a": "", "mark-b": ""},
    ),
    "no result": (request([user("x"), said([call()]), user("mark-a")], tools=TOOLS), {"mark-a": ""}),
    "result without content": (
        request([user("x"), said([call()]), user([{"type": "tool_result", "tool_use_id": "toolu_1"}])], tools=TOOLS),
        {},
    ),
    "result empty list": (request([user("x"), said([call()]), user([result([])])], tools=TOOLS), {}),
    "result image": (
        request([user("x"), said([call()]), user([result([{"type": "image", "source": PICTURE}])])], tools=TOOLS),
        {PIXEL: ""},
    ),
    "result document": (
        request(
            [
                user("x"),
                said([call()]),
                user(
                    [
                        result(
                            [
                                {
                                    "type": "document",
                                    "source": {"type": "text", "media_type": "text/plain", "data": "mark-a"},
                                }
                            ]
                        )
                    ]
                ),
            ],
            tools=TOOLS,
        ),
        {},
    ),
    "result search_result": (
        request(
            [
                user("x"),
                said([call()]),
                user(
                    [
                        result(
                            [
                                {
                                    "type": "search_result",
                                    "source": "s",
                                    "title": "t",
                                    "content": [{"type": "text", "text": "mark-a"}],
                                }
                            ]
                        )
                    ]
                ),
            ],
            tools=TOOLS,
        ),
        {"mark-a": ""},
    ),
    "result tool_reference": (
        request(
            [user("x"), said([call()]), user([result([{"type": "tool_reference", "tool_name": "mark-a"}])])],
            tools=TOOLS,
        ),
        {"mark-a": ""},
    ),
    "result error": (
        request([user("x"), said([call()]), user([result("mark-a", is_error=True)])], tools=TOOLS),
        {"mark-a": ""},
    ),
    "choice none": (request(tools=TOOLS, tool_choice={"type": "none"}), {}),
    "choice none no tools": (request(tool_choice={"type": "none"}), {}),
    "choice tool": (request(tools=TOOLS, tool_choice={"type": "tool", "name": "weather"}), {}),
    "schema defs": (schema(DEFS), {"mark-a": "", "mark-b": ""}),
    "schema empty": (schema({"type": "object"}), {}),
    "schema root anyOf": (schema({"type": "object", "anyOf": [{"required": ["mark-a"]}]}), {"mark-a": ""}),
    "schema extra": (
        schema(
            {
                "type": "object",
                "properties": {
                    "a": {"type": "string", "format": "mark-a", "default": "mark-b", "const": "mark-c", "minLength": 3}
                },
                "additionalProperties": False,
            }
        ),
        {"mark-a": "", "mark-b": "", "mark-c": ""},
    ),
    "tool extras": (
        tool(
            type="custom",
            cache_control={"type": "ephemeral"},
            strict=True,
            eager_input_streaming=True,
            input_examples=[{"city": "mark-a"}],
            defer_loading=True,
            allowed_callers=["direct"],
        ),
        {
            "mark-a": "input_examples",
            "eager": "eager_input_streaming",
            "defer_loading": "defer_loading",
            "allowed_callers": "allowed_callers",
            "strict": "strict",
        },
    ),
    "tool no description": (request(tools=[{"name": "weather", "input_schema": CITY}]), {"weather": ""}),
    **{
        f"server {k}": (request(tools=[{"type": k, "name": "n"}]), {k: ""})
        for k in (
            "web_search_20250305",
            "web_fetch_20250910",
            "code_execution_20250825",
            "bash_20250124",
            "mcp_toolset",
            "text_editor_20250728",
            "computer_20250124",
            "memory_20250818",
            "tool_search_tool_regex_20251119",
        )
    },
    "server beside": (
        request(tools=[MESSAGES_TOOL, {"type": "web_search_20250305", "name": "web_search"}]),
        {"web_search": "tools.web_search_20250305"},
    ),
    "max 0": (request(max_tokens=0), {}),
    "max absent": ({k: v for k, v in request().items() if k != "max_tokens"}, {}),
    "stops 20": (
        request(stop_sequences=[f"mark-{i:02}" for i in range(20)]),
        {f"mark-{i:02}": "stop_sequences" for i in range(20)},
    ),
    "temp 0": (request(temperature=0), {'emperature":0': "temperature"}),
    "temp float": (
        request(temperature=0.25, top_p=0.125, top_k=17),
        {"0.25": "temperature", "0.125": "top_p", "17": "top_k"},
    ),
    **{f"effort {e}": (request(output_config={"effort": e}), {}) for e in ("low", "medium", "high", "xhigh", "max")},
    "budget 0": (request(thinking={"type": "enabled", "budget_tokens": 0}), {}),
    "thinking display": (
        request(max_tokens=9000, thinking={"type": "enabled", "budget_tokens": 2048, "display": "omitted"}),
        {"omitted": "thinking.display"},
    ),
    "adaptive": (request(thinking={"type": "adaptive"}), {}),
    "disabled": (request(thinking={"type": "disabled"}), {}),
    "thinking empty signature": (
        request(
            [
                user("x"),
                said([{"type": "thinking", "thinking": "mark-a", "signature": ""}, {"type": "text", "text": "mark-b"}]),
                user("y"),
            ]
        ),
        {"mark-b": "", "mark-a": "thinking"},
    ),
    "redacted": (
        request(
            [
                user("x"),
                said([{"type": "redacted_thinking", "data": "mark-a"}, {"type": "text", "text": "mark-b"}]),
                user("y"),
            ]
        ),
        {"mark-b": "", "mark-a": "thinking"},
    ),
    "cache everywhere": (
        request(
            [
                user([{"type": "text", "text": "mark-a", "cache_control": {"type": "ephemeral"}}]),
                said([{**call(), "cache_control": {"type": "ephemeral"}}]),
                user([{**result(), "cache_control": {"type": "ephemeral"}}]),
            ],
            tools=[{**MESSAGES_TOOL, "cache_control": {"type": "ephemeral"}}],
            system=[{"type": "text", "text": "s", "cache_control": {"type": "ephemeral"}}],
            cache_control={"type": "ephemeral"},
        ),
        {"mark-a": ""},
    ),
    "doc text": (
        asked(
            [
                {
                    "type": "document",
                    "source": {"type": "text", "media_type": "text/plain", "data": "mark-a"},
                    "title": "mark-t",
                    "context": "mark-c",
                    "citations": {"enabled": True},
                }
            ]
        ),
        {"mark-t": "title", "mark-c": "context", '"enabled"': "citations"},
    ),
    "doc base64": (
        asked([{"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": PAPER}}]),
        {PAPER: ""},
    ),
    "doc url": (
        asked([{"type": "document", "source": {"type": "url", "url": "https://a.example/p.pdf"}}]),
        {"p.pdf": ""},
    ),
    "doc file": (asked([{"type": "document", "source": {"type": "file", "file_id": "file_9"}}]), {"file_9": ""}),
    "doc content": (
        asked([{"type": "document", "source": {"type": "content", "content": [{"type": "text", "text": "mark-a"}]}}]),
        {"mark-a": ""},
    ),
    "search result": (
        asked(
            [
                {
                    "type": "search_result",
                    "source": "https://mark-s",
                    "title": "mark-t",
                    "content": [{"type": "text", "text": "mark-a"}],
                    "citations": {"enabled": True},
                }
            ]
        ),
        {"mark-a": "", "mark-t": "", "mark-s": ""},
    ),
    "image url": (
        asked([{"type": "image", "source": {"type": "url", "url": "https://a.example/p.png"}}]),
        {"p.png": ""},
    ),
    "image file": (asked([{"type": "image", "source": {"type": "file", "file_id": "file_9"}}]), {"file_9": ""}),
    "container upload": (asked([{"type": "container_upload", "file_id": "file_9"}]), {"file_9": ""}),
    "assistant citations": (
        request(
            [
                user("x"),
                said(
                    [
                        {
                            "type": "text",
                            "text": "mark-a",
                            "citations": [
                                {
                                    "type": "web_search_result_location",
                                    "url": "https://mark-u",
                                    "title": "t",
                                    "encrypted_index": "e",
                                    "cited_text": "q",
                                }
                            ],
                        }
                    ]
                ),
                user("y"),
            ]
        ),
        {"mark-a": ""},
    ),
    "server tool history": (
        request(
            [
                user("x"),
                said(
                    [
                        {
                            "type": "server_tool_use",
                            "id": "srvtoolu_1",
                            "name": "web_search",
                            "input": {"query": "mark-a"},
                        },
                        {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": []},
                        {"type": "text", "text": "mark-b"},
                    ]
                ),
                user("y"),
            ]
        ),
        {"mark-a": "", "mark-b": ""},
    ),
    "knobs": (
        request(
            service_tier="auto",
            container="mark-c",
            mcp_servers=[{"type": "url", "url": "https://mark-m", "name": "m"}],
            context_management={"edits": [{"type": "mark-e"}]},
            speed="fast",
            inference_geo="mark-g",
            metadata={"user_id": "mark-u"},
            diagnostics={"mark": 1},
            user_profile_id="mark-p",
        ),
        {
            "mark-c": "container",
            "mark-m": "mcp_servers",
            "mark-e": "context_management",
            "mark-g": "inference_geo",
            "mark-u": "metadata.user_id",
            "mark-p": "user_profile_id",
            '"fast"': "speed",
            "service_tier": "service_tier",
            "diagnostics": "diagnostics",
        },
    ),
    "metadata more": (request(metadata={"user_id": None, "other": "mark-o"}), {"mark-o": "metadata.other"}),
    "format": (request(output_config={"format": {"type": "json_schema", "schema": HUE}}), {}),
    "output_format": (request(output_format={"type": "json_schema", "schema": HUE}), {"hue": "output_format"}),
    "output_config more": (
        request(output_config={"effort": "low", "task_budget": {"type": "tokens", "total": 77}}),
        {"77": "output_config.task_budget"},
    ),
    "block unknown member": (asked([{"type": "text", "text": "x", "novel": "mark-n"}]), {"mark-n": "novel"}),
    "message unknown member": (request([{**user("x"), "novel": "mark-n"}]), {"mark-n": "novel"}),
}
