"""A picture is told by what its first bytes say it is (formats/pictures.py)."""

from __future__ import annotations

import base64
import json

import pytest

from sluice.base.formats import Format
from sluice.formats.canon import Image
from sluice.formats.codecs import CODECS, UPSTREAM_CODECS
from sluice.formats.pictures import picture_type

STARTS = {
    "image/png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    "image/jpeg": b"\xff\xd8\xff\xe0\0\x10JFIF\0",
    "image/gif": b"GIF89a\x01\0\x01\0\0",
    "image/webp": b"RIFF\x24\0\0\0WEBPVP8 ",
}
NAMED = [
    (Format.ANTHROPIC, '"media_type": "{}"'),
    (Format.GEMINI, '"mimeType": "{}"'),
    (Format.OPENAI_RESPONSES, "data:{};base64,"),
    (Format.COHERE_CHAT, "data:{};base64,"),
]


@pytest.mark.parametrize("kind", STARTS)
@pytest.mark.parametrize(("upstream", "form"), NAMED)
def test_a_wrong_name_is_corrected_on_the_way(kind: str, upstream: Format, form: str) -> None:
    url = f"data:image/{'png' if kind != 'image/png' else 'jpeg'};base64,{base64.b64encode(STARTS[kind]).decode()}"
    content = [{"type": "text", "text": "what is it?"}, {"type": "image_url", "image_url": {"url": url}}]
    asked = json.dumps({"model": "m", "messages": [{"role": "user", "content": content}]}).encode()
    written = UPSTREAM_CODECS[upstream].encode_request(CODECS[Format.OPENAI_CHAT].decode_request(asked))
    assert form.format(kind) in json.dumps(written.body)


def test_in_its_own_protocol_it_travels_as_it_came() -> None:
    url = f"data:image/jpeg;base64,{base64.b64encode(STARTS['image/png']).decode()}"
    content = [{"type": "image_url", "image_url": {"url": url}}]
    asked = {"model": "m", "messages": [{"role": "user", "content": content}]}
    codec = CODECS[Format.OPENAI_CHAT]
    assert codec.encode_request(codec.decode_request(json.dumps(asked).encode())).body == asked


@pytest.mark.parametrize("data", ["", "é", "====", "AAAA", "UklGRgAA", "%%%%%%%%", "iVBOR"])
def test_what_cannot_be_told_keeps_its_name(data: str) -> None:
    assert picture_type(Image(data=data, media_type="image/x-odd")) == "image/x-odd"
