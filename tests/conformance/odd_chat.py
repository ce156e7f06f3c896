"""Odd but legal requests of chat completions, and what of each must come through or be told.

A case is a body, and marks: texts it holds, each with the name (or names, ``a|b``) it is told under where it is left
out; "" where it is content, which must come through or be refused.
"""

from __future__ import annotations

from typing import Any

from .questions import CHAT_TOOL, HUE, PAPER, PIXEL

Json = dict[str, Any]

TOOLS = [CHAT_TOOL]
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
    return {"model": "m", "messages": messages or [user("Hi")], **knobs}


def calling(arguments: str = '{"city":"Oslo"}') -> Json:
    call = {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": arguments}}
    return {"role": "assistant", "content": None, "tool_calls": [call]}


def result(content: Any = "mark-a", **members: Any) -> Json:
    return {"role": "tool", "tool_call_id": "call_1", "content": content, **members}


def tool(**members: Any) -> Json:
    return request(tools=[{"type": "function", "function": {**CHAT_TOOL["function"], **members}}])


ODD: dict[str, tuple[Json, dict[str, str]]] = {
    "content null user": (request([user(None)]), {}),
    "content empty": (request([user("")]), {}),
    "content empty list": (request([user([])]), {}),
    "assistant null": (request([user("mark-a"), said(None), user("mark-b")]), {"mark-a": "", "mark-b": ""}),
    "assistant empty calls": (request([user("x"), {**said("mark-a"), "tool_calls": []}, user("y")]), {"mark-a": ""}),
    "consecutive": (
        request([user("mark-a"), user("mark-b"), said("mark-c"), said("mark-d"), user("e")]),
        {f"mark-{c}": "" for c in "abcd"},
    ),
    "system mid": (
        request(
            [
                user("x"),
                said("y"),
                {"role": "system", "content": "mark-a"},
                {"role": "developer", "content": [{"type": "text", "text": "mark-b"}]},
                user("z"),
            ]
        ),
        {"mark-a": "", "mark-b": ""},
    ),
    "only system": (request([{"role": "system", "content": "mark-a"}]), {"mark-a": ""}),
    "orphan": (request([user("x"), result()], tools=TOOLS), {"mark-a": ""}),
    "tool first": (request([result(), user("mark-b")], tools=TOOLS), {"mark-a": "", "mark-b": ""}),
    "two results": (
        request([user("x"), calling(), result("mark-a"), result("mark-b")], tools=TOOLS),
        {"mark-a": "", "mark-b": ""},
    ),
    "no result": (request([user("x"), calling(), user("mark-a")], tools=TOOLS), {"mark-a": ""}),
    "later": (request([user("x"), calling(), user("between"), result()], tools=TOOLS), {"mark-a": "", "between": ""}),
    "result parts": (
        request(
            [user("x"), calling(), result([{"type": "text", "text": "mark-a"}, {"type": "text", "text": "mark-b"}])],
            tools=TOOLS,
        ),
        {"mark-a": "", "mark-b": ""},
    ),
    "result null": (request([user("x"), calling(), result(None)], tools=TOOLS), {}),
    "result image": (
        request(
            [
                user("x"),
                calling(),
                result([{"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}"}}]),
            ],
            tools=TOOLS,
        ),
        {PIXEL: ""},
    ),
    "result name": (
        request([user("x"), calling(), result(name="mark-n")], tools=TOOLS),
        {"mark-a": ""},
    ),
    "loop without tools": (request([user("x"), calling(), result()]), {"mark-a": ""}),
    "arguments empty": (request([user("x"), calling(""), result()], tools=TOOLS), {"mark-a": ""}),
    "arguments broken": (request([user("x"), calling('{"c'), result()], tools=TOOLS), {"mark-a": ""}),
    "arguments list": (request([user("x"), calling("[1]"), result()], tools=TOOLS), {"mark-a": ""}),
    "same id twice": (
        request([user("x"), calling(), result("mark-a"), calling(), result("mark-b")], tools=TOOLS),
        {"mark-a": "", "mark-b": ""},
    ),
    "choice allowed": (
        request(
            tools=[CHAT_TOOL, {"type": "function", "function": {"name": "other"}}],
            tool_choice={
                "type": "allowed_tools",
                "allowed_tools": {"mode": "auto", "tools": [{"type": "function", "function": {"name": "weather"}}]},
            },
        ),
        {},
    ),
    "choice custom": (request(tools=TOOLS, tool_choice={"type": "custom", "custom": {"name": "c"}}), {}),
    "choice none no tools": (request(tool_choice="none"), {}),
    "choice none": (request(tools=TOOLS, tool_choice="none"), {}),
    "choice auto no tools": (request(tool_choice="auto", parallel_tool_calls=False, tools=[]), {}),
    "legacy functions": (
        request(functions=[CHAT_TOOL["function"]], function_call="auto"),
        {"weather": "functions", "function_call": "function_call"},
    ),
    "legacy messages": (
        request(
            [
                user("x"),
                {"role": "assistant", "content": None, "function_call": {"name": "weather", "arguments": "{}"}},
                {"role": "function", "name": "weather", "content": "mark-a"},
            ]
        ),
        {"mark-a": ""},
    ),
    "assistant function_call": (
        request(
            [
                user("x"),
                {"role": "assistant", "content": "mark-a", "function_call": {"name": "mark-f", "arguments": "{}"}},
                user("y"),
            ]
        ),
        {"mark-a": "", "mark-f": "function_call"},
    ),
    "no parameters": (request(tools=[{"type": "function", "function": {"name": "weather"}}]), {"weather": ""}),
    "parameters empty": (tool(parameters={}), {}),
    "schema defs": (tool(parameters=DEFS), {"mark-a": "", "mark-b": ""}),
    "strict": (tool(strict=True), {"strict": "strict"}),
    "custom tool": (request(tools=[{"type": "custom", "custom": {"name": "patch"}}]), {"patch": ""}),
    "custom call": (
        request(
            [
                user("Hi"),
                {
                    "role": "assistant",
                    "tool_calls": [
                        {"id": "call_1", "type": "custom", "custom": {"name": "patch", "input": "mark-i"}},
                    ],
                },
                {"role": "tool", "tool_call_id": "call_1", "content": "mark-a"},
            ],
            tools=[
                {
                    "type": "custom",
                    "custom": {
                        "name": "patch",
                        "description": "mark-d",
                        "format": {"type": "grammar", "grammar": {"syntax": "lark", "definition": "mark-g"}},
                    },
                }
            ],
        ),
        {"mark-i": "", "mark-a": "", "mark-d": "", "mark-g": "format"},
    ),
    "max 0": (request(max_tokens=0), {}),
    "max both": (request(max_tokens=55, max_completion_tokens=66), {"66": "max_completion_tokens"}),
    "stop text": (request(stop="mark-a"), {"mark-a": "stop"}),
    "stop empty": (request(stop=[]), {}),
    "stop 20": (request(stop=[f"mark-{i:02}" for i in range(20)]), {f"mark-{i:02}": "stop" for i in range(20)}),
    "temps": (
        request(
            temperature=0.25,
            top_p=0.125,
            top_k=17,
            min_p=0.0625,
            presence_penalty=0.5,
            frequency_penalty=0.75,
            repetition_penalty=1.25,
        ),
        {
            "0.25": "temperature",
            "0.125": "top_p",
            "17": "top_k",
            "0.0625": "min_p",
            "0.5": "presence_penalty",
            "0.75": "frequency_penalty",
            "1.25": "repetition_penalty",
        },
    ),
    "temp 2": (request(temperature=2), {'emperature":2': "temperature"}),
    "knobs": (
        request(
            metadata={"k": "mark-m"},
            user="mark-u",
            service_tier="flex",
            store=True,
            seed=777,
            logprobs=True,
            top_logprobs=3,
            logit_bias={"5": 1},
            prediction={"type": "content", "content": "mark-p"},
            modalities=["text"],
            verbosity="low",
            prompt_cache_key="mark-k",
            safety_identifier="mark-s",
            web_search_options={},
            novel="mark-n",
            chat_template_kwargs={"a": 1},
            thinking={"type": "enabled"},
            reasoning={"effort": "low"},
        ),
        {
            "mark-m": "metadata",
            "mark-u": "user",
            "flex": "service_tier",
            '"store":true': "store",
            "777": "seed",
            "logprobs": "logprobs",
            "top_logprobs": "top_logprobs",
            "logit_bias": "logit_bias",
            "mark-p": "prediction",
            "modalities": "modalities",
            "verbosity": "verbosity",
            "mark-k": "prompt_cache_key",
            "mark-s": "safety_identifier",
            "web_search_options": "web_search_options",
            "mark-n": "novel",
            "chat_template_kwargs": "chat_template_kwargs",
            '"enabled"': "thinking",
        },
    ),
    "n 2": (request(n=2), {}),
    "n 1 null": (request(n=1, stop=None, tools=None, response_format=None, stream=False), {}),
    **{
        f"effort {e}": (request(reasoning_effort=e), {})
        for e in ("none", "minimal", "low", "medium", "high", "xhigh", "max")
    },
    "format text": (request(response_format={"type": "text"}), {}),
    "format object": (request(response_format={"type": "json_object"}), {}),
    "format no schema": (request(response_format={"type": "json_schema", "json_schema": {"name": "n"}}), {}),
    "format described": (
        request(
            response_format={
                "type": "json_schema",
                "json_schema": {"name": "n", "description": "mark-d", "schema": HUE},
            }
        ),
        {"mark-d": "response_format|response_format.json_schema.description"},
    ),
    "image str": (request([user([{"type": "image_url", "image_url": f"data:image/png;base64,{PIXEL}"}])]), {PIXEL: ""}),
    "image detail": (
        request([user([{"type": "image_url", "image_url": {"url": "https://a.example/p.png", "detail": "high"}}])]),
        {"p.png": "", '"high"': "detail"},
    ),
    "video": (request([user([{"type": "video_url", "video_url": {"url": "https://a.example/v.mp4"}}])]), {"v.mp4": ""}),
    "audio": (
        request([user([{"type": "input_audio", "input_audio": {"data": "UklGRg==", "format": "wav"}}])]),
        {"UklGRg==": ""},
    ),
    "file": (
        request(
            [
                user(
                    [
                        {
                            "type": "file",
                            "file": {"filename": "mark-f.pdf", "file_data": f"data:application/pdf;base64,{PAPER}"},
                        }
                    ]
                )
            ]
        ),
        {PAPER: ""},
    ),
    "file bare": (request([user([{"type": "file", "file": {"filename": "f.pdf", "file_data": PAPER}}])]), {PAPER: ""}),
    "file text": (
        request(
            [user([{"type": "file", "file": {"filename": "f.txt", "file_data": "data:text/plain;base64,bWFyay1h"}}])]
        ),
        {},
    ),
    "assistant audio": (
        request([user("x"), {"role": "assistant", "content": None, "audio": {"id": "mark-a"}}, user("y")]),
        {"mark-a": "audio"},
    ),
    "assistant refusal": (
        request([user("x"), {"role": "assistant", "content": None, "refusal": "mark-r"}, user("y")]),
        {"mark-r": ""},
    ),
    "assistant annotations": (
        request([user("x"), {**said("mark-a"), "annotations": [], "reasoning_content": "mark-t"}, user("y")]),
        {"mark-a": "", "mark-t": "reasoning_content"},
    ),
    "cache": (
        request(
            [user([{"type": "text", "text": "mark-a", "cache_control": {"type": "ephemeral"}}])],
            tools=[{**CHAT_TOOL, "cache_control": {"type": "ephemeral"}}],
        ),
        {"mark-a": "", "cache": "cache_control"},
    ),
    "name": (
        request([{**user("x"), "name": "mark-n"}, {**said("y"), "name": "mark-m"}, user("z")]),
        {"mark-n": "name", "mark-m": "name"},
    ),
}
