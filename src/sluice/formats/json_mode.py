"""An answer in JSON of any shape, for protocols that want it asked for in words too.

OpenAI refuses ``json_object`` where no message says "JSON"
(https://platform.openai.com/docs/guides/structured-outputs#json-mode); Cohere warns that its models may never end
(https://docs.cohere.com/docs/structured-outputs). Gemini's clients set a media type and say nothing.
"""

from __future__ import annotations

import msgspec

from sluice.formats.canon import Request, Text, Turn

ASKED = "Answer with a JSON object."


def said_in_words(request: Request) -> Request:
    """The request, its system's words asking for JSON where it wants JSON of any shape and nobody says so."""
    if request.schema is None or request.schema.schema is not None or _speaks_of_json(request):
        return request
    first = request.turns[0] if request.turns else None
    asking = Text(text=ASKED)
    if first is not None and first.role in ("system", "developer"):
        told = Turn(role=first.role, parts=(*first.parts, asking), plain=False, place=first.place, extras=first.extras)
        return msgspec.structs.replace(request, turns=(told, *request.turns[1:]))
    return msgspec.structs.replace(request, turns=(Turn(role="system", parts=(asking,)), *request.turns))


def _speaks_of_json(request: Request) -> bool:
    return any(isinstance(part, Text) and "json" in part.text.lower() for turn in request.turns for part in turn.parts)
