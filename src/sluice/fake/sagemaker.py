"""SageMaker's wire: endpoints whose container speaks OpenAI's protocol; its streams in frames, cut anywhere."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from urllib.parse import unquote

from sluice.fake import aws, openai
from sluice.fake.content import answer
from sluice.fake.http import Ask

_ENDPOINT = re.compile(r"/endpoints/([^/]+)/invocations(-response-stream)?$")
_CUT = 50
"""Bytes a frame holds: less than an event has."""


def model_of(ask: Ask) -> str:
    """The endpoint in the path; "" when none stands there."""
    found = _ENDPOINT.search(ask.raw_path)
    return unquote(found[1]) if found else ""


async def serve(ask: Ask) -> None:
    """Calls an endpoint."""
    wrong = aws.stranger(ask, "sagemaker")
    endpoint = model_of(ask)
    if wrong:
        await aws.refuse(ask, 403, "AccessDeniedException", wrong)
    elif not endpoint or endpoint.startswith("missing"):
        await aws.refuse(ask, 400, "ValidationError", f"Endpoint {endpoint} of account 123 not found.")
    elif not isinstance(ask.json, dict) or not ask.json.get("messages"):
        refused = json.dumps(openai.error("'messages' must be a non-empty list"))
        told = {"ErrorCode": "CLIENT_ERROR_FROM_MODEL", "OriginalStatusCode": 400, "OriginalMessage": refused}
        body = json.dumps({**told, "Message": f'Received client error (400) from primary with message "{refused}".'})
        await ask.raw(424, body.encode(), "application/json", x_amzn_ErrorType="ModelError")
    elif ask.raw_path.endswith("-response-stream"):
        ask.json["model"] = endpoint
        await ask.stream(_frames(ask), aws.EVENT_STREAM)
    else:
        ask.json["model"] = endpoint
        await openai.chat(ask)


def _frames(ask: Ask) -> Iterator[bytes]:
    body = ask.json
    said = answer(ask.scenario, body["messages"], body.get("tools"), body.get("max_tokens"))
    for event in openai._chunks(ask, said):
        for at in range(0, len(event), _CUT):
            yield aws.frame("PayloadPart", event[at : at + _CUT])
