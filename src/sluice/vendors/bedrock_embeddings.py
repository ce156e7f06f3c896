"""Embeddings by Bedrock's InvokeModel, in the two shapes there are: Amazon Titan's, of one text, and Cohere's.

Sources: https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-text.html and
.../model-parameters-embed.html.
"""

from __future__ import annotations

from typing import Any

import msgspec

from sluice.base.errors import bad_request
from sluice.base.outcome import Cause, Fault
from sluice.base.wire import WireHead
from sluice.vendors.quirks import UNREADABLE, encode, present, refuse_token_ids
from sluice.vendors.turns import left_out

_any = msgspec.json.Decoder()
_TITAN = frozenset({"model", "input", "dimensions", "encoding_format"})
_COHERE = _TITAN | {"input_type", "truncate"}
_COUNTED = b"x-amzn-bedrock-input-token-count"


def write_embeddings(members: dict[str, Any], model: str) -> list[str]:
    """Makes an embeddings request the model's, in place; returns what is left out. Raises GatewayError 400 for token
    ids."""
    refuse_token_ids(members)
    given = _any.decode(bytes(members.get("input", b"null")))
    texts = given if isinstance(given, list) else [given]
    if not all(isinstance(text, str) for text in texts):
        raise bad_request("invalid_value", "the field 'input' must be a text or a list of texts", "input")
    cohere = "cohere." in model
    told = left_out(members, _COHERE if cohere else _TITAN)
    size = members["dimensions"] if present(members, "dimensions") else None
    if cohere:
        kind = members["input_type"] if present(members, "input_type") else "search_document"
        body: dict[str, Any] = {"texts": texts, "input_type": kind}
        body |= {"truncate": members["truncate"]} if present(members, "truncate") else {}
        body |= {"output_dimension": size} if size is not None else {}
    else:
        body = {"inputText": texts[0] if texts else ""}
        body |= {"dimensions": size} if size is not None else {}
    members.clear()
    members.update(body)
    return told


def read_vectors(head: WireHead, body: bytes) -> bytes | Fault:
    """The vectors as an embeddings answer in OpenAI's shape; what was read, a header or the body tells."""
    try:
        answer = _any.decode(body)
    except UNREADABLE:
        answer = None
    answer = answer if isinstance(answer, dict) else {}
    rows = [answer["embedding"]] if "embedding" in answer else answer.get("embeddings")
    if isinstance(rows, dict):
        rows = rows.get("float")
    if not isinstance(rows, list) or not rows:
        return Fault(cause=Cause.SHAPE, message="the upstream's answer holds no embeddings", status=head.status)
    data = [{"object": "embedding", "embedding": row, "index": at} for at, row in enumerate(rows)]
    counted = answer.get("inputTextTokenCount")
    header = head.get(_COUNTED)
    if header is not None and header.isdigit() and len(header) < 12:
        counted = int(header)
    told = {"usage": {"prompt_tokens": counted, "total_tokens": counted}} if isinstance(counted, int) else {}
    return encode({"object": "list", "data": data, **told})
