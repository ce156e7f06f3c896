"""Pictures made from pictures: forms that are relayed, not held, and paid by the picture."""

from __future__ import annotations

import openai
import pytest

from .gateways import Gateway

MODEL = "paint-1"
PICTURE = b"\x89PNG\r\n" + bytes(300_000)


@pytest.fixture(scope="module", autouse=True)
def _channel(gateway: Gateway) -> None:
    gateway.channel([MODEL], model_mapping={MODEL: "dall-e-2"})
    gateway.price(MODEL, image="0.04")


def test_an_edit_reaches_the_provider_whole(gateway: Gateway, client: openai.OpenAI) -> None:
    mark = gateway.provider.mark()
    raw = client.images.with_raw_response.edit(
        model=MODEL, image=("cat.png", PICTURE, "image/png"), prompt="a hat 帽子", n=2
    )
    answer = raw.parse()
    assert answer.data is not None
    assert [picture.revised_prompt for picture in answer.data] == [f"{len(PICTURE)} bytes of cat.png: a hat 帽子"] * 2
    (seen,) = gateway.provider.seen(mark)
    assert seen["path"] == "/openai/v1/images/edits"
    row = gateway.settled(raw.headers["x-request-id"])
    assert (row["format"], row["charge_usd"], row["upstream_model"]) == ("image_edits", "0.08", "dall-e-2")


@pytest.mark.filterwarnings("ignore:deprecated:DeprecationWarning")  # the SDK's word; providers still offer it
def test_a_variation_needs_no_words(gateway: Gateway, client: openai.OpenAI) -> None:
    raw = client.images.with_raw_response.create_variation(model=MODEL, image=("cat.png", PICTURE, "image/png"))
    answer = raw.parse()
    assert answer.data is not None
    assert len(answer.data) == 1
    assert gateway.settled(raw.headers["x-request-id"])["charge_usd"] == "0.04"


@pytest.mark.parametrize(
    ("fields", "files", "param"),
    [
        ({"model": MODEL, "prompt": "x"}, {"mask": PICTURE}, "image"),
        ({"prompt": "x"}, {"image": PICTURE}, "model"),
        ({"model": MODEL, "n": "0"}, {"image": PICTURE}, "n"),
        ({"model": MODEL, "n": "many"}, {"image": PICTURE}, "n"),
        ({"model": MODEL, "n": "9" * 400}, {"image": PICTURE}, "n"),
    ],
)
def test_what_is_wrong_is_named(gateway: Gateway, fields: dict[str, str], files: dict[str, bytes], param: str) -> None:
    mark = gateway.provider.mark()
    answer = gateway.http.post("/v1/images/edits", data=fields, files=files, headers=gateway.auth())
    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == param
    assert gateway.provider.seen(mark) == []
