"""Odd but legal requests of generateContent, and what of each must come through or be told.

A case is a body, and marks: texts it holds, each with the name (or names, ``a|b``) it is told under where it is left
out; "" where it is content, which must come through or be refused.
"""

from __future__ import annotations

from typing import Any

from .questions import GEMINI_TOOL, PIXEL

Json = dict[str, Any]

TOOLS = [GEMINI_TOOL]
HI = [{"text": "x"}]
DEFS: Json = {
    "type": "object",
    "$defs": {"mark-a": {"type": "string", "description": "mark-b"}},
    "properties": {
        "x": {"$ref": "#/$defs/mark-a"},
        "y": {"type": ["string", "null"]},
        "z": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
    },
}


def request(contents: list[Json] | None = None, **members: Any) -> Json:
    return {"contents": contents or [{"role": "user", "parts": [{"text": "Hi"}]}], **members}


def asked(parts: list[Json]) -> Json:
    return request([{"role": "user", "parts": parts}])


def call() -> Json:
    return {"functionCall": {"name": "weather", "args": {"city": "Oslo"}}}


def answer(response: Any = None, **members: Any) -> Json:
    told = {"result": "mark-a"} if response is None else response
    return {"functionResponse": {"name": "weather", "response": told, **members}}


def config(**members: Any) -> Json:
    return request(generationConfig=members)


def function(**members: Any) -> Json:
    return request(tools=[{"functionDeclarations": [{"name": "weather", "description": "Now.", **members}]}])


def loop(*answers: Json) -> Json:
    """A call, and what comes after it."""
    return request([{"role": "user", "parts": HI}, {"role": "model", "parts": [call()]}, *answers], tools=TOOLS)


ODD: dict[str, tuple[Json, dict[str, str]]] = {
    "system no role": (request(systemInstruction={"parts": [{"text": "mark-a"}]}), {"mark-a": ""}),
    "system role": (request(systemInstruction={"role": "system", "parts": [{"text": "mark-a"}]}), {"mark-a": ""}),
    "system snake": (request(system_instruction={"parts": [{"text": "mark-a"}]}), {"mark-a": ""}),
    "system single part": (request(system_instruction={"parts": {"text": "mark-a"}}), {"mark-a": ""}),
    "contents single": ({"contents": {"parts": {"text": "mark-a"}}}, {"mark-a": ""}),
    "system text": (request(systemInstruction="mark-a"), {"mark-a": ""}),
    "system empty": (request(systemInstruction={"parts": []}), {}),
    "no role": ({"contents": [{"parts": [{"text": "mark-a"}]}]}, {"mark-a": ""}),
    "consecutive": (
        request(
            [
                {"role": "user", "parts": [{"text": "mark-a"}]},
                {"role": "user", "parts": [{"text": "mark-b"}]},
                {"role": "model", "parts": [{"text": "mark-c"}]},
                {"role": "model", "parts": [{"text": "mark-d"}]},
                {"role": "user", "parts": HI},
            ]
        ),
        {f"mark-{c}": "" for c in "abcd"},
    ),
    "parts empty": (asked([]), {}),
    "text empty": (asked([{"text": ""}]), {}),
    "model no parts": (
        request([{"role": "user", "parts": [{"text": "mark-a"}]}, {"role": "model"}, {"role": "user", "parts": HI}]),
        {"mark-a": ""},
    ),
    "role function": (loop({"role": "function", "parts": [answer()]}), {"mark-a": ""}),
    "response list": (loop({"role": "user", "parts": [answer(["mark-a"])]}), {"mark-a": ""}),
    "response text": (loop({"role": "user", "parts": [answer("mark-a")]}), {"mark-a": ""}),
    "response absent": (loop({"role": "user", "parts": [{"functionResponse": {"name": "weather"}}]}), {}),
    "response error": (loop({"role": "user", "parts": [answer({"error": "mark-a"})]}), {"mark-a": ""}),
    "response output": (loop({"role": "user", "parts": [answer({"output": {"a": "mark-a"}})]}), {"mark-a": ""}),
    "response parts": (
        loop(
            {
                "role": "user",
                "parts": [
                    answer({"result": "mark-a"}, parts=[{"inlineData": {"mimeType": "image/png", "data": PIXEL}}])
                ],
            }
        ),
        {"mark-a": "", PIXEL: ""},
    ),
    "response scheduling": (
        loop({"role": "user", "parts": [answer({"result": "mark-a"}, scheduling="SILENT", willContinue=True)]}),
        {"mark-a": "", "SILENT": "scheduling", "willContinue": "willContinue"},
    ),
    "orphan response": (request([{"role": "user", "parts": [answer()]}], tools=TOOLS), {"mark-a": ""}),
    "two responses": (
        loop({"role": "user", "parts": [answer({"result": "mark-a"}), answer({"result": "mark-b"})]}),
        {"mark-a": "", "mark-b": ""},
    ),
    "no response": (loop({"role": "user", "parts": [{"text": "mark-a"}]}), {"mark-a": ""}),
    "call no args": (
        request(
            [
                {"role": "user", "parts": HI},
                {"role": "model", "parts": [{"functionCall": {"name": "weather"}}]},
                {"role": "user", "parts": [answer()]},
            ],
            tools=TOOLS,
        ),
        {"mark-a": ""},
    ),
    "file gs": (asked([{"fileData": {"mimeType": "image/png", "fileUri": "gs://b/mark-a.png"}}]), {}),
    "file api": (
        asked(
            [
                {
                    "fileData": {
                        "mimeType": "image/png",
                        "fileUri": "https://generativelanguage.googleapis.com/v1beta/files/mark-a",
                    }
                }
            ]
        ),
        {},
    ),
    "file youtube": (asked([{"fileData": {"fileUri": "https://www.youtube.com/watch?v=mark-a"}}]), {}),
    "file no mime": (asked([{"fileData": {"fileUri": "https://a.example/mark-a.png"}}]), {"mark-a": ""}),
    "file snake": (
        asked([{"file_data": {"mime_type": "image/png", "file_uri": "https://a.example/mark-a.png"}}]),
        {"mark-a": ""},
    ),
    "inline heic": (asked([{"inlineData": {"mimeType": "image/heic", "data": "AAAA"}}]), {"AAAA": ""}),
    "inline snake": (asked([{"inline_data": {"mime_type": "image/png", "data": PIXEL}}]), {PIXEL: ""}),
    "inline text": (asked([{"inlineData": {"mimeType": "text/plain", "data": "bWFyay1h"}}]), {}),
    "inline csv": (asked([{"inlineData": {"mimeType": "text/csv", "data": "bWFyay1h"}}]), {}),
    "inline video": (
        asked([{"inlineData": {"mimeType": "video/mp4", "data": "AAAA"}, "videoMetadata": {"fps": 7}}]),
        {"AAAA": "", "videoMetadata": "videoMetadata"},
    ),
    "inline opus": (asked([{"inlineData": {"mimeType": "audio/ogg; codecs=opus", "data": "AAAA"}}]), {"AAAA": ""}),
    "urlsafe base64": (asked([{"inlineData": {"mimeType": "image/png", "data": "iVBORw0KGgo-_w=="}}]), {}),
    "media resolution": (
        asked(
            [
                {
                    "inlineData": {"mimeType": "image/png", "data": PIXEL},
                    "mediaResolution": {"level": "MEDIA_RESOLUTION_LOW"},
                }
            ]
        ),
        {PIXEL: "", "MEDIA_RESOLUTION_LOW": "mediaResolution"},
    ),
    "schema own": (
        config(
            responseMimeType="application/json",
            responseSchema={
                "type": "OBJECT",
                "properties": {
                    "a": {"type": "STRING", "nullable": True, "enum": ["mark-a"]},
                    "b": {"type": "ARRAY", "items": {"type": "INTEGER"}, "minItems": "2"},
                },
                "propertyOrdering": ["b", "a"],
            },
        ),
        {"mark-a": "generationConfig.responseSchema|generationConfig.responseMimeType"},
    ),
    "schema standard": (
        config(responseMimeType="application/json", responseJsonSchema=DEFS),
        {"mark-a": "generationConfig.responseMimeType"},
    ),
    "schema without mime": (
        config(responseSchema={"type": "OBJECT", "properties": {"mark-a": {"type": "STRING"}}}),
        {"mark-a": "generationConfig.responseSchema"},
    ),
    "schema snake": (
        request(
            generation_config={
                "response_mime_type": "application/json",
                "response_schema": {"type": "OBJECT", "properties": {"mark-a": {"type": "STRING"}}},
            }
        ),
        {"mark-a": "generationConfig.responseMimeType"},
    ),
    "mime enum": (
        config(responseMimeType="text/x.enum", responseSchema={"type": "STRING", "enum": ["mark-a"]}),
        {"mark-a": "generationConfig.responseSchema", "x.enum": "generationConfig.responseMimeType"},
    ),
    "mime text": (config(responseMimeType="text/plain"), {}),
    "candidates 1": (config(candidateCount=1), {}),
    "candidates 2": (config(candidateCount=2), {}),
    "safety": (
        request(safetySettings=[{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_NONE"}]),
        {"BLOCK_NONE": "safetySettings"},
    ),
    "choice any two": (
        request(
            tools=[{"functionDeclarations": [{"name": "weather"}, {"name": "time"}, {"name": "mark-z"}]}],
            toolConfig={"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["weather", "time"]}},
        ),
        {},
    ),
    "choice none": (request(tools=TOOLS, toolConfig={"functionCallingConfig": {"mode": "NONE"}}), {}),
    "choice validated": (
        request(tools=TOOLS, toolConfig={"functionCallingConfig": {"mode": "VALIDATED"}}),
        {"VALIDATED": "toolConfig.functionCallingConfig.mode"},
    ),
    "choice snake": (
        request(
            tools=TOOLS, tool_config={"function_calling_config": {"mode": "any", "allowed_function_names": ["weather"]}}
        ),
        {},
    ),
    "choice no tools": (request(toolConfig={"functionCallingConfig": {"mode": "AUTO"}}), {}),
    "retrieval config": (
        request(tools=TOOLS, toolConfig={"retrievalConfig": {"languageCode": "mark-l"}}),
        {"mark-l": "toolConfig.retrievalConfig"},
    ),
    "stream args": (
        request(
            tools=TOOLS, toolConfig={"functionCallingConfig": {"mode": "AUTO", "streamFunctionCallArguments": True}}
        ),
        {"streamFunctionCallArguments": "toolConfig.functionCallingConfig.streamFunctionCallArguments"},
    ),
    **{f"budget {b}": (config(thinkingConfig={"thinkingBudget": b}), {}) for b in (-1, 0, 1, 1024, 100000)},
    **{
        f"level {b}": (config(thinkingConfig={"thinkingLevel": b}), {})
        for b in ("MINIMAL", "LOW", "MEDIUM", "HIGH", "high", "THINKING_LEVEL_UNSPECIFIED")
    },
    "thoughts": (config(thinkingConfig={"includeThoughts": True}), {}),
    "thinking snake": (
        request(generation_config={"thinking_config": {"thinking_budget": 2000, "include_thoughts": True}}),
        {},
    ),
    "knobs": (
        config(
            temperature=0.25,
            topP=0.125,
            topK=17,
            seed=777,
            presencePenalty=0.5,
            frequencyPenalty=0.75,
            responseLogprobs=True,
            logprobs=3,
            responseModalities=["TEXT"],
            speechConfig={"a": "mark-s"},
            mediaResolution="MEDIA_RESOLUTION_LOW",
            enableEnhancedCivicAnswers=True,
            audioTimestamp=True,
            routingConfig={"a": "mark-r"},
            stopSequences=["mark-e"],
            maxOutputTokens=55,
        ),
        {
            "0.25": "generationConfig.temperature",
            "0.125": "generationConfig.topP",
            "17": "generationConfig.topK",
            "777": "generationConfig.seed",
            "0.5": "generationConfig.presencePenalty",
            "0.75": "generationConfig.frequencyPenalty",
            "responseLogprobs": "generationConfig.responseLogprobs",
            '"logprobs"': "generationConfig.logprobs",
            "MEDIA_RESOLUTION_LOW": "generationConfig.mediaResolution",
            "mark-s": "generationConfig.speechConfig",
            "mark-r": "generationConfig.routingConfig",
            "enableEnh": "generationConfig.enableEnhancedCivicAnswers",
            "audioTimestamp": "generationConfig.audioTimestamp",
            "mark-e": "generationConfig.stopSequences",
        },
    ),
    "topK float": (config(topK=40.0), {}),
    "max 0": (config(maxOutputTokens=0), {}),
    "stops 20": (
        config(stopSequences=[f"mark-{i:02}" for i in range(20)]),
        {f"mark-{i:02}": "generationConfig.stopSequences" for i in range(20)},
    ),
    "top extras": (
        request(labels={"a": "mark-l"}, serviceTier="FLEX", store=True, novel="mark-n"),
        {"mark-l": "labels", "FLEX": "serviceTier", 'store":true': "store", "mark-n": "novel"},
    ),
    "cached": (request(cachedContent="cachedContents/mark"), {"mark": ""}),
    "cached snake": (request(cached_content="cachedContents/mark"), {"mark": ""}),
    "no params": (function(), {"weather": ""}),
    "params own": (
        function(
            parameters={
                "type": "OBJECT",
                "properties": {"x": {"type": "STRING", "description": "mark-a"}},
                "required": ["x"],
            }
        ),
        {"mark-a": ""},
    ),
    "params empty": (function(parameters={"type": "OBJECT", "properties": {}}), {}),
    "params standard": (function(parametersJsonSchema=DEFS), {"mark-a": "", "mark-b": ""}),
    "params snake": (
        request(tools=[{"function_declarations": [{"name": "weather", "parameters_json_schema": DEFS}]}]),
        {"mark-a": ""},
    ),
    "declaration extras": (
        function(
            behavior="NON_BLOCKING",
            response={"type": "OBJECT", "description": "mark-r"},
            responseJsonSchema={"d": "mark-j"},
        ),
        {"NON_BLOCKING": "behavior", "mark-r": "response", "mark-j": "responseJsonSchema"},
    ),
    "declarations apart": (
        request(tools=[{"functionDeclarations": [{"name": "mark-a"}]}, {"functionDeclarations": [{"name": "mark-b"}]}]),
        {"mark-a": "", "mark-b": ""},
    ),
    "declarations none": (request(tools=[{"functionDeclarations": []}]), {}),
    "tools none": (request(tools=[]), {}),
    "tools single": (request(tools={"functionDeclarations": [{"name": "mark-a"}]}), {"mark-a": ""}),
    **{
        f"hosted {k}": (request(tools=[{k: {}}]), {})
        for k in (
            "googleSearch",
            "google_search",
            "googleSearchRetrieval",
            "codeExecution",
            "code_execution",
            "urlContext",
            "googleMaps",
            "computerUse",
            "fileSearch",
            "enterpriseWebSearch",
        )
    },
    "hosted beside": (request(tools=[{"functionDeclarations": [{"name": "weather"}]}, {"googleSearch": {}}]), {}),
    "thought unsigned": (
        request(
            [
                {"role": "user", "parts": HI},
                {"role": "model", "parts": [{"text": "mark-t", "thought": True}, {"text": "mark-a"}]},
                {"role": "user", "parts": HI},
            ]
        ),
        {"mark-a": "", "mark-t": "thought"},
    ),
    "thought signed text": (
        request(
            [
                {"role": "user", "parts": HI},
                {"role": "model", "parts": [{"text": "mark-a", "thoughtSignature": "c2lnbmVk"}]},
                {"role": "user", "parts": HI},
            ]
        ),
        {"mark-a": "", "c2lnbmVk": "thoughtSignature"},
    ),
    "executable": (
        request(
            [
                {"role": "user", "parts": HI},
                {"role": "model", "parts": [{"executableCode": {"language": "PYTHON", "code": "1"}}]},
                {"role": "user", "parts": HI},
            ]
        ),
        {},
    ),
    "part unknown": (asked([{"novel": {"a": "mark-n"}}]), {"mark-n": ""}),
    "part extra": (asked([{"text": "x", "novel": "mark-n"}]), {"mark-n": "novel"}),
}
