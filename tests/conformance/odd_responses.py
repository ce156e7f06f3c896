"""Odd but legal requests of Responses, and what of each must come through or be told.

A case is a body, and marks: texts it holds, each with the name (or names, ``a|b``) it is told under where it is left
out; "" where it is content, which must come through or be refused.
"""

from __future__ import annotations

from typing import Any

from .questions import HUE, PAPER, PIXEL, RESPONSES_TOOL

Json = dict[str, Any]

TOOLS = [RESPONSES_TOOL]
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


def request(given: Any = "Hi", **knobs: Any) -> Json:
    return {"model": "m", "input": given, **knobs}


def call(arguments: str = '{"city":"Oslo"}') -> Json:
    return {"type": "function_call", "call_id": "call_1", "name": "weather", "arguments": arguments}


def output(told: Any = "mark-a") -> Json:
    return {"type": "function_call_output", "call_id": "call_1", "output": told}


def tool(**members: Any) -> Json:
    return request(tools=[{**RESPONSES_TOOL, **members}])


ODD: dict[str, tuple[Json, dict[str, str]]] = {
    "input empty text": (request(""), {}),
    "input empty list": (request([]), {}),
    "content empty list": (request([user([])]), {}),
    "content null": (request([user(None)]), {}),
    "consecutive user": (request([user("mark-a"), user("mark-b")]), {"mark-a": "", "mark-b": ""}),
    "consecutive assistant": (
        request([user("x"), said("mark-a"), said("mark-b"), user("y")]),
        {"mark-a": "", "mark-b": ""},
    ),
    "system mid": (
        request(
            [
                user("x"),
                said("y"),
                {"role": "system", "content": "mark-a"},
                {"role": "developer", "content": "mark-b"},
                user("z"),
            ],
            instructions="mark-c",
        ),
        {"mark-a": "", "mark-b": "", "mark-c": ""},
    ),
    "instructions empty": (request("x", instructions=""), {}),
    "orphan output": (request([user("x"), output()], tools=TOOLS), {"mark-a": ""}),
    "output later": (
        request([user("x"), call(), user("between"), output()], tools=TOOLS),
        {"mark-a": "", "between": ""},
    ),
    "two outputs": (
        request([user("x"), call(), output("mark-a"), output("mark-b")], tools=TOOLS),
        {"mark-a": "", "mark-b": ""},
    ),
    "no output": (request([user("x"), call(), user("mark-a")], tools=TOOLS), {"mark-a": ""}),
    "output empty": (request([user("x"), call(), output("")], tools=TOOLS), {}),
    "output empty list": (request([user("x"), call(), output([])], tools=TOOLS), {}),
    "output image": (
        request(
            [user("x"), call(), output([{"type": "input_image", "image_url": f"data:image/png;base64,{PIXEL}"}])],
            tools=TOOLS,
        ),
        {PIXEL: ""},
    ),
    "output file": (
        request(
            [
                user("x"),
                call(),
                output(
                    [
                        {"type": "input_text", "text": "mark-a"},
                        {
                            "type": "input_file",
                            "filename": "a.pdf",
                            "file_data": f"data:application/pdf;base64,{PAPER}",
                        },
                    ]
                ),
            ],
            tools=TOOLS,
        ),
        {"mark-a": "", PAPER: ""},
    ),
    "arguments empty": (request([user("x"), call(""), output()], tools=TOOLS), {"mark-a": ""}),
    "arguments broken": (request([user("x"), call('{"city":'), output()], tools=TOOLS), {"mark-a": ""}),
    "choice allowed": (
        request(
            "x",
            tools=[RESPONSES_TOOL, {**RESPONSES_TOOL, "name": "mark-b"}],
            tool_choice={
                "type": "allowed_tools",
                "mode": "required",
                "tools": [{"type": "function", "name": "weather"}],
            },
        ),
        {},
    ),
    "choice hosted": (request("x", tools=TOOLS, tool_choice={"type": "file_search"}), {}),
    "choice mcp": (request("x", tools=TOOLS, tool_choice={"type": "mcp", "server_label": "s"}), {}),
    "choice custom": (
        request("x", tools=[{"type": "custom", "name": "patch"}], tool_choice={"type": "custom", "name": "patch"}),
        {},
    ),
    "choice none no tools": (request("x", tool_choice="none"), {}),
    "choice auto no tools": (request("x", tool_choice="auto", parallel_tool_calls=True), {}),
    "no parameters": (request("x", tools=[{"type": "function", "name": "weather"}]), {}),
    "parameters null": (
        request(
            "x",
            tools=[{"type": "function", "name": "weather", "parameters": None, "strict": None, "description": None}],
        ),
        {},
    ),
    "parameters empty": (request("x", tools=[{"type": "function", "name": "weather", "parameters": {}}]), {}),
    "schema defs": (tool(parameters=DEFS), {"mark-a": "", "mark-b": ""}),
    "strict": (tool(strict=True), {"strict": "strict"}),
    "tool extra": (tool(novel="mark-n", defer_loading=True), {"mark-n": "novel", "defer_loading": "defer_loading"}),
    **{
        f"hosted {k['type']}": (request("x", tools=[k]), {})
        for k in (
            {"type": "web_search"},
            {"type": "web_search_preview"},
            {"type": "file_search", "vector_store_ids": ["v"]},
            {"type": "mcp", "server_label": "s", "server_url": "https://s"},
            {"type": "code_interpreter", "container": {"type": "auto"}},
            {"type": "image_generation"},
            {"type": "computer_use_preview", "display_width": 1, "display_height": 1, "environment": "linux"},
            {"type": "local_shell"},
            {"type": "shell"},
            {"type": "apply_patch"},
            {"type": "tool_search"},
        )
    },
    "web_search beside": (
        request("x", tools=[RESPONSES_TOOL, {"type": "web_search"}]),
        {"web_search": "tools.web_search"},
    ),
    "max 0": (request("x", max_output_tokens=0), {}),
    "temps": (request("x", temperature=0.25, top_p=0.125), {"0.25": "temperature", "0.125": "top_p"}),
    "temp 0": (request("x", temperature=0), {'emperature":0': "temperature"}),
    "knobs": (
        request(
            "x",
            metadata={"k": "mark-m"},
            user="mark-u",
            service_tier="flex",
            truncation="auto",
            prompt_cache_key="mark-p",
            prompt_cache_retention="24h",
            top_logprobs=5,
            max_tool_calls=3,
            include=["message.output_text.logprobs"],
            stream_options={"include_obfuscation": False},
            text={"verbosity": "low"},
            context_management=[{"type": "compaction"}],
            moderation={"x": 1},
            novel="mark-n",
        ),
        {
            "mark-u": "safety_identifier|user",
            "flex": "service_tier",
            '"auto"': "truncation",
            "mark-p": "prompt_cache_key",
            "24h": "prompt_cache_retention",
            "top_logprobs": "top_logprobs",
            "max_tool_calls": "max_tool_calls",
            "logprobs": "include",
            '"low"': "text.verbosity",
            "compaction": "context_management",
            "moderation": "moderation",
            "mark-n": "novel",
        },
    ),
    "include sealed": (request("x", include=["reasoning.encrypted_content"]), {}),
    "background": (request("x", background=False), {}),
    "conversation": (request("x", conversation="mark-c"), {"mark-c": "conversation"}),
    "prompt": (request("x", prompt={"id": "mark-p"}), {"mark-p": "prompt"}),
    **{
        f"effort {e}": (request("x", reasoning={"effort": e}), {})
        for e in ("none", "minimal", "low", "medium", "high", "xhigh", "max")
    },
    "effort null": (request("x", reasoning={"effort": None, "summary": "detailed", "generate_summary": "auto"}), {}),
    "reasoning empty": (request("x", reasoning={}), {}),
    "reasoning bare": (
        request([user("x"), {"type": "reasoning", "id": "rs_1", "summary": []}, said("mark-a"), user("y")]),
        {"mark-a": ""},
    ),
    "reasoning text": (
        request(
            [
                user("x"),
                {"type": "reasoning", "summary": [], "content": [{"type": "reasoning_text", "text": "mark-t"}]},
                call(),
                output(),
            ],
            tools=TOOLS,
        ),
        {"mark-a": "", "mark-t": "reasoning"},
    ),
    "reasoning sealed foreign": (
        request(
            [
                user("x"),
                {
                    "type": "reasoning",
                    "summary": [{"type": "summary_text", "text": "mark-t"}],
                    "encrypted_content": "mark-e",
                },
                call(),
                output(),
            ],
            tools=TOOLS,
        ),
        {"mark-a": "", "mark-e": "reasoning"},
    ),
    **{
        f"item {k['type']}": (request([user("x"), k, user("y")]), {})
        for k in (
            {"type": "compaction", "encrypted_content": "e"},
            {
                "type": "web_search_call",
                "id": "ws_1",
                "status": "completed",
                "action": {"type": "search", "query": "q"},
            },
            {"type": "file_search_call", "id": "f", "queries": [], "status": "completed"},
            {"type": "image_generation_call", "id": "i", "result": "r", "status": "completed"},
            {
                "type": "code_interpreter_call",
                "id": "c",
                "code": "1",
                "container_id": "c",
                "outputs": [],
                "status": "completed",
            },
            {"type": "mcp_call", "id": "m", "name": "n", "arguments": "{}", "server_label": "s"},
            {"type": "mcp_list_tools", "id": "m", "server_label": "s", "tools": []},
            {"type": "mcp_approval_response", "approval_request_id": "a", "approve": True},
            {"type": "local_shell_call", "id": "l", "call_id": "c", "action": {}, "status": "completed"},
            {"type": "local_shell_call_output", "id": "l", "output": "o"},
            {"type": "computer_call_output", "call_id": "c", "output": {}},
            {"type": "item_reference", "id": "msg_1"},
        )
    },
    "custom call": (
        request(
            [
                user("x"),
                {"type": "custom_tool_call", "call_id": "call_1", "name": "patch", "input": "mark-i"},
                {"type": "custom_tool_call_output", "call_id": "call_1", "output": "mark-a"},
            ],
            tools=[
                {
                    "type": "custom",
                    "name": "patch",
                    "description": "d",
                    "format": {"type": "grammar", "syntax": "lark", "definition": "mark-g"},
                }
            ],
        ),
        {"mark-i": "", "mark-a": "", "mark-g": "format"},
    ),
    "assistant parts": (
        request(
            [
                user("x"),
                {
                    "type": "message",
                    "role": "assistant",
                    "id": "msg_1",
                    "status": "completed",
                    "phase": "commentary",
                    "content": [
                        {
                            "type": "output_text",
                            "text": "mark-a",
                            "annotations": [
                                {
                                    "type": "url_citation",
                                    "url": "https://u",
                                    "title": "t",
                                    "start_index": 0,
                                    "end_index": 1,
                                }
                            ],
                            "logprobs": [],
                        },
                        {"type": "refusal", "refusal": "mark-r"},
                    ],
                },
                user("y"),
            ]
        ),
        {"mark-a": "", "mark-r": "", "commentary": "phase"},
    ),
    "image detail": (
        request([user([{"type": "input_image", "image_url": "https://a.example/p.png", "detail": "high"}])]),
        {"p.png": "", '"high"': "detail"},
    ),
    "image file": (request([user([{"type": "input_image", "file_id": "file_9"}])]), {"file_9": ""}),
    "file url": (request([user([{"type": "input_file", "file_url": "https://a.example/p.pdf"}])]), {"p.pdf": ""}),
    "file id": (request([user([{"type": "input_file", "file_id": "file_9"}])]), {"file_9": ""}),
    "file bare base64": (
        request([user([{"type": "input_file", "filename": "a.pdf", "file_data": PAPER}])]),
        {PAPER: ""},
    ),
    "audio": (
        request([user([{"type": "input_audio", "input_audio": {"data": "UklGRg==", "format": "wav"}}])]),
        {"UklGRg==": ""},
    ),
    "format no strict": (
        request("x", text={"format": {"type": "json_schema", "name": "n", "schema": HUE, "description": "mark-d"}}),
        {"mark-d": "text.format|text.format.description"},
    ),
    "message unknown member": (request([{**user("x"), "novel": "mark-n"}]), {"mark-n": "novel"}),
    "namespace": (
        request("x", tools=[{"type": "namespace", "name": "ns", "description": "mark-d", "tools": [RESPONSES_TOOL]}]),
        {"weather": "", "mark-d": "description|namespace"},
    ),
}
