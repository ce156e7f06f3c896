"""The wires that are nobody else's: each a module with what it serves, and where it names its model."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import NamedTuple

from sluice.fake import bedrock, cohere, coze, deepl, dify, gigachat, library, replicate, sagemaker, tencent, watsonx
from sluice.fake.http import Ask


class Wire(NamedTuple):
    """``model_of`` finds the name a request's scenario is read from (the path still has its prefix)."""

    model_of: Callable[[Ask], str]
    serve: Callable[[Ask], Awaitable[None]]


OWN: Mapping[str, Wire] = {
    "aiproxy": Wire(library.model_of, library.serve),
    "bedrock": Wire(bedrock.model_of, bedrock.serve),
    "cohere": Wire(cohere.model_of, cohere.serve),
    "coze": Wire(coze.model_of, coze.serve),
    "deepl": Wire(deepl.model_of, deepl.serve),
    "dify": Wire(dify.model_of, dify.serve),
    "gigachat": Wire(gigachat.model_of, gigachat.serve),
    "replicate": Wire(replicate.model_of, replicate.serve),
    "sagemaker": Wire(sagemaker.model_of, sagemaker.serve),
    "tencent": Wire(tencent.model_of, tencent.serve),
    "watsonx": Wire(watsonx.model_of, watsonx.serve),
}
