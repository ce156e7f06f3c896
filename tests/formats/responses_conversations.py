"""Arbitrary requests and answers of the Responses protocol, with members nobody knows at every level."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from .conversations import Json, either, just, names, objects, sampled, unknown, with_unknown, words

said_text = with_unknown(type=just("output_text"), text=words, annotations=st.just([]))
given_parts = either(
    with_unknown(type=just("input_text"), text=words),
    with_unknown(
        type=just("input_image"), image_url=st.sampled_from(["https://x/p.png", "data:image/png;base64,AAAA"])
    ),
    with_unknown(type=just("input_image"), file_id=just("file-1"), detail=words),
    with_unknown(type=just("input_file"), filename=words, file_data=just("data:application/pdf;base64,AAAA")),
    with_unknown(type=just("input_file"), file_url=just("https://x/p.pdf")),
    with_unknown(type=just("input_audio"), input_audio=with_unknown(data=words, format=just("wav"))),
    with_unknown(type=just("input_video"), video_url=words),
)
said_parts = either(said_text, with_unknown(type=just("refusal"), refusal=words))
results = words | st.lists(with_unknown(type=just("input_text"), text=words), max_size=2)
said_items = either(
    with_unknown(
        id=words, type=just("message"), role=just("assistant"), status=words, content=st.lists(said_parts, max_size=2)
    ),
    with_unknown(type=just("function_call"), id=words, call_id=words, name=names, arguments=words),
    with_unknown(type=just("function_call"), call_id=words, namespace=names, name=names, arguments=words),
    with_unknown(type=just("custom_tool_call"), call_id=words, name=names, input=words),
    with_unknown(type=just("reasoning"), id=words, summary=st.just([{"type": "summary_text", "text": "hm"}])),
    with_unknown(type=just("reasoning"), id=words, summary=st.just([]), encrypted_content=words),
    with_unknown(type=just("web_search_call"), id=words, action=objects),
)
items = either(
    said_items,
    with_unknown(role=just("assistant"), content=words, phase=words),
    with_unknown(
        role=st.sampled_from(["user", "system", "developer"]), content=words | st.lists(given_parts, max_size=2)
    ),
    with_unknown(type=just("function_call_output"), call_id=words, output=results),
    with_unknown(type=just("custom_tool_call_output"), call_id=words, output=results),
    with_unknown(type=just("item_reference"), id=words),
)
functions = either(
    with_unknown(type=just("function"), name=names, parameters=objects | st.none(), strict=st.booleans() | st.none()),
    with_unknown(type=just("custom"), name=names, description=words, format=objects),
)
tools = either(
    functions,
    with_unknown(type=just("namespace"), name=names, description=words, tools=st.lists(functions, max_size=3)),
    with_unknown(type=just("web_search"), filters=objects),
)
KNOBS: dict[str, st.SearchStrategy[Any]] = {
    "instructions": words | st.none(),
    "prompt": objects,
    "include": st.lists(words, max_size=1),
    "max_output_tokens": st.integers(1, 9) | st.none(),
    "metadata": objects,
    "parallel_tool_calls": st.booleans(),
    "previous_response_id": words | st.none(),
    "reasoning": st.sampled_from([{"effort": "low", "summary": "auto"}, {"effort": None}, {"context": "auto"}]),
    "store": st.booleans(),
    "stream": st.booleans(),
    "temperature": st.sampled_from([0, 0.5, 2]),
    "text": st.sampled_from([{"format": {"type": "json_object"}}, {"verbosity": "low"}, {"format": {"type": "text"}}]),
    "tool_choice": st.sampled_from(["auto", "required", {"type": "custom", "name": "f"}, {"type": "web_search"}]),
    "tools": st.lists(tools, max_size=2),
    "truncation": st.sampled_from(["auto", "disabled"]),
    "user": words,
    "safety_identifier": words,
}


@st.composite
def responses_requests(draw: st.DrawFn) -> Json:
    """A request of the Responses protocol."""
    given = draw(words | st.lists(items, max_size=4))
    return {**draw(unknown), "model": draw(names), "input": given, **sampled(draw, KNOBS)}


@st.composite
def responses_replies(draw: st.DrawFn) -> Json:
    """An answer of the Responses protocol."""
    status = draw(st.sampled_from(["completed", "incomplete"]))
    details = {"reason": draw(st.sampled_from(["max_output_tokens", "content_filter"]))}
    head = {"id": draw(words), "object": "response", "status": status, "model": draw(names), "error": None}
    return {
        **draw(unknown),
        **head,
        "incomplete_details": None if status == "completed" else details,
        "output": draw(st.lists(said_items, max_size=3)),
        "usage": draw(objects | st.none()),
    }
