"""Arbitrary requests and answers of the generateContent protocol, with members nobody knows at every level."""

from __future__ import annotations

import base64
from typing import Any

from hypothesis import strategies as st

from sluice.formats.gemini.signatures import NEVER_SIGNED

from .conversations import Json, either, names, objects, plain_json, sampled, unknown, with_unknown, words

_carried = st.sampled_from(["sluice.abc", "sluice-sealed.abc", "sluice.", "sluice.gemini.x", "sluiced"])
signatures = words | _carried.map(lambda told: base64.b64encode(told.encode()).decode()) | st.just(NEVER_SIGNED)
types = st.sampled_from(["image/png", "audio/mpeg", "application/pdf", "video/mp4"])
media = either(
    with_unknown(inlineData=with_unknown(mimeType=types, data=words)),
    with_unknown(fileData=with_unknown(mimeType=types, fileUri=words), videoMetadata=objects),
)


@st.composite
def parts(draw: st.DrawFn) -> Json:
    """One part, signed or not."""
    answer = with_unknown(name=names, response=objects | st.just({"result": "ok"}) | st.just({"error": "no"}))
    part = draw(
        either(
            with_unknown(text=words),
            with_unknown(text=words, thought=st.booleans()),
            media,
            with_unknown(functionCall=with_unknown(name=names, args=objects)),
            with_unknown(functionCall=with_unknown(id=words, name=names)),
            with_unknown(functionResponse=answer),
            with_unknown(functionResponse=with_unknown(id=words, name=names, parts=st.lists(media, max_size=2))),
            with_unknown(executableCode=objects),
            st.just({}),
        )
    )
    return {**part, **draw(st.just({}) | st.fixed_dictionaries({"thoughtSignature": signatures}))}


def contents(roles: list[str | None]) -> st.SearchStrategy[Json]:
    """One content of any of these roles, or of none."""
    listed = st.lists(parts(), max_size=4)
    return with_unknown(role=st.sampled_from(roles), parts=listed) | with_unknown(parts=listed)


schemas = st.sampled_from(
    [
        {"type": "OBJECT", "properties": {"a": {"type": "STRING", "nullable": True, "minLength": "1"}}},
        {"type": "STRING"},
    ]
)
functions = either(
    with_unknown(name=names, description=words, parameters=schemas),
    with_unknown(name=names, parametersJsonSchema=objects),
)
tools = either(
    with_unknown(functionDeclarations=st.lists(functions, max_size=2)),
    st.just({"googleSearch": {}}),
)
configs: dict[str, st.SearchStrategy[Any]] = {
    "temperature": st.sampled_from([0, 0.5, 2]),
    "topP": st.sampled_from([0, 1]),
    "topK": st.sampled_from([1, 40.0]),
    "maxOutputTokens": st.integers(1, 9),
    "stopSequences": st.lists(words, max_size=2),
    "candidateCount": st.integers(1, 2),
    "seed": st.integers(0, 9),
    "responseModalities": st.just(["TEXT"]),
    "responseMimeType": st.sampled_from(["application/json", "text/plain", "text/x.enum"]),
    "responseSchema": schemas,
    "thinkingConfig": st.sampled_from(
        [{"thinkingBudget": 0}, {"thinkingBudget": -1, "x": 1}, {"thinkingLevel": "LOW"}, {"includeThoughts": True}]
    ),
    "x_new": plain_json,
}


@st.composite
def gemini_requests(draw: st.DrawFn) -> Json:
    """A request, model and stream put into the body as the surface does."""
    calling = st.sampled_from([{"mode": "ANY", "allowedFunctionNames": ["f"]}, {"mode": "AUTO"}, {"mode": "NONE"}])
    knobs: dict[str, st.SearchStrategy[Any]] = {
        "systemInstruction": contents(["user", "system"]),
        "tools": st.lists(tools, max_size=2),
        "toolConfig": st.fixed_dictionaries({"functionCallingConfig": calling}),
        "safetySettings": st.just([{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "OFF"}]),
        "cachedContent": words,
        "generationConfig": st.builds(dict, st.fixed_dictionaries({}, optional=configs)),
        "stream": st.booleans(),
    }
    return {
        **draw(unknown),
        "model": draw(names),
        "contents": draw(st.lists(contents(["user", "model", "function", None]), min_size=1, max_size=3)),
        **sampled(draw, knobs),
    }


@st.composite
def gemini_replies(draw: st.DrawFn) -> Json:
    """An answer: candidates, or a prompt that was refused."""
    head = {**draw(unknown), "modelVersion": draw(names), "responseId": draw(words), "usageMetadata": draw(objects)}
    if draw(st.booleans()):
        return {**head, "promptFeedback": {"blockReason": "SAFETY"}}
    candidate = {
        **draw(unknown),
        "content": draw(contents(["model"]) | st.just({"role": "model"})),
        "finishReason": draw(st.sampled_from(["STOP", "MAX_TOKENS", "SAFETY", "BRAND_NEW"])),
        "groundingMetadata": {"groundingChunks": [{"web": {"uri": "https://a.example", "title": "A"}}]},
    }
    return {**head, "candidates": [candidate, *draw(st.lists(objects, max_size=1))]}
