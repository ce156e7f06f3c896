"""DashScope's own forms: which model takes which, OpenAI's members said in it, and what comes of it as OpenAI's.

Source: SDK dashscope 2.0.2; https://help.aliyun.com/zh/model-studio (pages of the models named).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sluice.base.errors import bad_request
from sluice.base.formats import Format
from sluice.base.outcome import Cause, Fault
from sluice.vendors.quirks import fits, present, refuse_token_ids
from sluice.vendors.turns import decoded, left_out

Members = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One form. ``say`` makes input and parameters of the client's members, and tells what is left out or changed;
    ``hear`` makes OpenAI's answer of ``(answer, output, epoch seconds)``. ``job``: the answer is a job to ask after."""

    models: tuple[str, ...]
    path: str
    say: Callable[[Members], tuple[Members, list[str]]]
    hear: Callable[[Members, Members, int], Members | Fault]
    job: bool = False


def form_of(fmt: Format, model: str) -> Form | None:
    """The form a model takes; None when the compatible endpoint serves it."""
    return next((form for form in _FORMS.get(fmt, ()) if fits(model, form.models)), None)


def _given(members: Members, names: dict[str, str]) -> Members:
    return {told: members[name] for name, told in names.items() if present(members, name)}


def _shapeless(what: str) -> Fault:
    return Fault(cause=Cause.SHAPE, message=f"the upstream's answer holds no {what}", status=200)


# Rerank.


def _say_rerank(members: Members) -> tuple[Members, list[str]]:
    said = _given(members, {"query": "query", "documents": "documents"})
    names = {"top_n": "top_n", "instruct": "instruct"}
    carried = frozenset({"query", "documents", *names, "return_documents"})
    return {"input": said, "parameters": _given(members, names)}, left_out(members, carried)


def _hear_rerank(said: Members, output: Members, now_s: int) -> Members | Fault:
    return {"id": said.get("request_id"), "results": output.get("results"), "usage": said.get("usage")}


# Embeddings of several kinds of content.


def _say_contents(members: Members) -> tuple[Members, list[str]]:
    refuse_token_ids(members)
    given = decoded(members, "input")
    listed = given if isinstance(given, list) else [given]
    contents = [{"text": one} if isinstance(one, str) else one for one in listed]
    if not all(isinstance(one, dict) for one in contents):
        text = "this model takes texts, or objects with one of text, image and video, as input"
        raise bad_request("invalid_value", text, "input")
    parameters = _given(members, {"dimensions": "dimension"})
    told = left_out(members, frozenset({"input", "dimensions", "encoding_format"}))
    return {"input": {"contents": contents}, "parameters": parameters}, told


def _hear_vectors(said: Members, output: Members, now_s: int) -> Members | Fault:
    rows = output.get("embeddings")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        return _shapeless("embeddings")
    data = [
        {"object": "embedding", "index": row.get("index", at), "embedding": row.get("embedding")}
        for at, row in enumerate(rows)
    ]
    return {"object": "list", "data": data, "usage": said.get("usage")}


# Pictures.

_PICTURE_OWN = ("negative_prompt", "seed", "prompt_extend", "watermark", "style", "ref_mode", "ref_strength")
_PICTURE_CARRIED = frozenset({"prompt", "n", "size", *_PICTURE_OWN})


def _picture_parameters(members: Members) -> Members:
    """Sizes are written with a star here."""
    said = _given(members, {"n": "n", **{name: name for name in _PICTURE_OWN if name != "negative_prompt"}})
    size = decoded(members, "size")
    if isinstance(size, str) and size != "auto":
        said["size"] = size.replace("x", "*")
    return said


def _say_job(members: Members) -> tuple[Members, list[str]]:
    said = _given(members, {"prompt": "prompt", "negative_prompt": "negative_prompt"})
    return {"input": said, "parameters": _picture_parameters(members)}, left_out(members, _PICTURE_CARRIED)


def _say_picture(members: Members) -> tuple[Members, list[str]]:
    message = {"role": "user", "content": [{"text": decoded(members, "prompt")}]}
    parameters = {**_picture_parameters(members), **_given(members, {"negative_prompt": "negative_prompt"})}
    return {"input": {"messages": [message]}, "parameters": parameters}, left_out(members, _PICTURE_CARRIED)


def job_pictures(output: Members, now_s: int) -> Members | Fault:
    """What a job brought forth. Of several pictures some may have failed: they are not paid for."""
    results = output.get("results")
    results = [one for one in results if isinstance(one, dict)] if isinstance(results, list) else []
    data = [{"url": one["url"]} for one in results if isinstance(one.get("url"), str)]
    return {"created": now_s, "data": data} if data else _shapeless("pictures")


def _hear_picture(said: Members, output: Members, now_s: int) -> Members | Fault:
    data = []
    for choice in output.get("choices") or ():
        message = choice.get("message") if isinstance(choice, dict) else None
        parts = message.get("content") if isinstance(message, dict) else None
        for part in parts if isinstance(parts, list) else ():
            if isinstance(part, dict) and isinstance(part.get("image"), str):
                data.append({"url": part["image"]})
    return {"created": now_s, "data": data} if data else _shapeless("pictures")


# Speech.


def _say_speech(members: Members) -> tuple[Members, list[str]]:
    """The voice's name is the vendor's; what comes is WAV."""
    said = _given(members, {"input": "text", "voice": "voice", "language_type": "language_type"})
    told = left_out(members, frozenset({"input", "voice", "language_type", "response_format"}))
    if decoded(members, "response_format") not in (None, "wav"):
        told.append("response_format=wav")
    return {"input": said}, told


_MULTIMODAL = "/services/aigc/multimodal-generation/generation"
_FORMS: dict[Format, tuple[Form, ...]] = {
    Format.RERANK: (
        Form(
            models=("gte-rerank*",),
            path="/services/rerank/text-rerank/text-rerank",
            say=_say_rerank,
            hear=_hear_rerank,
        ),
    ),
    Format.EMBEDDINGS: (
        Form(
            models=("multimodal-embedding-*", "tongyi-embedding-vision-*", "qwen*-vl-embedding*"),
            path="/services/embeddings/multimodal-embedding/multimodal-embedding",
            say=_say_contents,
            hear=_hear_vectors,
        ),
    ),
    Format.IMAGES: (
        Form(models=("qwen-image*", "z-image*"), path=_MULTIMODAL, say=_say_picture, hear=_hear_picture),
        Form(
            models=("*",),
            path="/services/aigc/text2image/image-synthesis",
            say=_say_job,
            hear=_hear_picture,
            job=True,
        ),
    ),
    Format.SPEECH: (Form(models=("*",), path=_MULTIMODAL, say=_say_speech, hear=_hear_picture),),
}
"""By the upstream's name of a model, the first that fits."""
