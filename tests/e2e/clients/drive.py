"""One turn with a tool by a Python client, told as JSON: {text, calls, usage}.

python drive.py langchain|dify PROTOCOL whole|streamed ROOT KEY MODEL
"""

from __future__ import annotations

import json
import sys
from typing import Any

PROMPT = 'please call weather {"city": "Paris"}'


def weather(city: str) -> str:
    """Tells the weather."""
    return f"sunny in {city}"


def langchain(protocol: str, streamed: bool, root: str, key: str, model: str) -> dict[str, Any]:
    """LangChain's chat models, bound to a tool."""
    from langchain_anthropic import ChatAnthropic
    from langchain_core.messages import HumanMessage, ToolMessage
    from langchain_core.tools import tool
    from langchain_google_genai import ChatGoogleGenerativeAI
    from langchain_openai import ChatOpenAI

    makers = {
        "chat": lambda: ChatOpenAI(model=model, base_url=f"{root}/v1", api_key=key, stream_usage=True),
        "responses": lambda: ChatOpenAI(model=model, base_url=f"{root}/v1", api_key=key, use_responses_api=True),
        "messages": lambda: ChatAnthropic(model_name=model, base_url=root, api_key=key, max_tokens=500),
        "gemini": lambda: ChatGoogleGenerativeAI(model=model, base_url=root, google_api_key=key),
    }
    bound = makers[protocol]().bind_tools([tool(weather)])

    def ask(messages: list[Any]) -> Any:
        if not streamed:
            return bound.invoke(messages)
        pieces = iter(bound.stream(messages))
        whole = next(pieces)
        for piece in pieces:
            whole += piece
        return whole

    messages: list[Any] = [HumanMessage(PROMPT)]
    said = ask(messages)
    messages.append(said)
    messages += [ToolMessage(weather(**call["args"]), tool_call_id=call["id"]) for call in said.tool_calls]
    answer = ask(messages)
    calls = [{"name": call["name"], "input": call["args"]} for call in said.tool_calls]
    return {"text": answer.text, "calls": calls, "usage": dict(answer.usage_metadata)}


def dify(protocol: str, streamed: bool, root: str, key: str, model: str) -> dict[str, Any]:
    """The classes Dify's OpenAI-compatible plugins are made of."""
    from dify_plugin.entities.model.message import (
        AssistantPromptMessage,
        PromptMessageTool,
        ToolPromptMessage,
        UserPromptMessage,
    )
    from dify_plugin.interfaces.model.openai_compatible.llm import OAICompatLargeLanguageModel

    class Plugin(OAICompatLargeLanguageModel):
        """As it is, but for its local count of tokens, which fetches a vocabulary from the net."""

        def _get_num_tokens_by_gpt2(self, text: str) -> int:
            return len(text.split())

    plugin = Plugin([])
    credentials = {
        "endpoint_url": f"{root}/v1",
        "api_key": key,
        "mode": "chat",
        "function_calling_type": "tool_call",
        "stream_function_calling": "supported",
    }
    schema = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
    tools = [PromptMessageTool(name="weather", description="Tells the weather.", parameters=schema)]

    def ask(messages: list[Any]) -> tuple[str, list[Any], Any]:
        answer = plugin._invoke(model, credentials, messages, {"max_tokens": 500}, tools, None, streamed, "user-1")
        if not streamed:
            return answer.message.content, answer.message.tool_calls, answer.usage
        text, calls, usage = "", [], None
        for chunk in answer:
            text += chunk.delta.message.content or ""
            calls += chunk.delta.message.tool_calls
            usage = chunk.delta.usage or usage
        return text, calls, usage

    messages: list[Any] = [UserPromptMessage(content=PROMPT)]
    text, calls, _ = ask(messages)
    messages.append(AssistantPromptMessage(content=text, tool_calls=calls))
    made = [{"name": call.function.name, "input": json.loads(call.function.arguments)} for call in calls]
    for call, told in zip(calls, made, strict=True):
        content = weather(**told["input"])
        messages.append(ToolPromptMessage(content=content, tool_call_id=call.id, name=call.function.name))
    text, _, usage = ask(messages)
    return {"text": text, "calls": made, "usage": {"input": usage.prompt_tokens, "output": usage.completion_tokens}}


if __name__ == "__main__":
    client, protocol, way, root, key, model = sys.argv[1:]
    answer = {"langchain": langchain, "dify": dify}[client](protocol, way == "streamed", root, key, model)
    print(json.dumps(answer))
