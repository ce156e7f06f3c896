"""The opening of a Realtime session: what its address and headers must say, at OpenAI and at Azure."""

from __future__ import annotations

import asyncio

from sluice.fake import openai
from sluice.fake.http import Ask, Message, Receive, Send

_CLASSIC = "/azure/openai/realtime"


def model_of(ask: Ask) -> str:
    """The model the address names; "" when it names none."""
    return ask.query.get("deployment" if ask.path == _CLASSIC else "model", "")


async def refused(ask: Ask, model: str) -> bool:
    """Refuses an opening that no server takes; True when it was."""
    if ask.path == _CLASSIC and ("api-version" not in ask.query or not ask.headers.get("api-key")):
        await ask.answer(404, {"error": {"code": "404", "message": "Resource not found"}})
    elif not ask.key:
        await ask.answer(401, openai.error("Missing bearer or basic authentication in header"))
    elif not model:
        await ask.answer(400, openai.error("you must provide a model parameter", param="model"))
    else:
        return False
    return True


def in_http(send: Send) -> Send:
    """Answers in HTTP to the opening of a websocket that is not accepted."""

    async def told(message: Message) -> None:
        kind = str(message["type"])
        await send({**message, "type": f"websocket.{kind}"} if kind.startswith("http.") else message)

    return told


async def watch(receive: Receive, gone: asyncio.Event) -> None:
    """Tells when the client gives up before its websocket is open."""
    while (await receive())["type"] != "websocket.disconnect":
        pass
    gone.set()
