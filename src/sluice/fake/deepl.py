"""DeepL's wire: translations, by a key in a scheme of its own. It translates by saying what it was given."""

from __future__ import annotations

from sluice.fake.content import answer
from sluice.fake.http import Ask

_LANGUAGES = frozenset({"ZH", "ZH-HANS", "EN", "EN-US", "EN-GB", "JA", "DE", "FR", "ES", "KO"})


def model_of(ask: Ask) -> str:
    """There is no model: what is done stands in the key."""
    return ask.headers.get("authorization", "").rpartition(" ")[2].removesuffix(":fx")


async def serve(ask: Ask) -> None:
    """Answers a translation."""
    scheme, _, key = ask.headers.get("authorization", "").partition(" ")
    if scheme != "DeepL-Auth-Key" or not key or key.startswith("bad"):
        await ask.answer(403, {"message": "Forbidden"})
    elif key.startswith("empty"):
        await ask.answer(456, {"message": "Quota exceeded"})
    elif ask.path != "/v2/translate":
        await ask.answer(404, {"message": "Not found"})
    elif not 1 <= len(ask.json["text"]) <= 50:
        await ask.answer(400, {"message": "Bad request. Reason: text must hold 1 to 50 texts"})
    elif ask.json.get("target_lang") not in _LANGUAGES:
        await ask.answer(400, {"message": "Value for 'target_lang' not supported."})
    else:
        texts = ask.json["text"]
        said = [answer(ask.scenario, [{"role": "user", "content": text}], None, None).text for text in texts]
        counted = ask.json.get("show_billed_characters")
        rows = [
            {"detected_source_language": "EN", "text": text, **({"billed_characters": len(given)} if counted else {})}
            for given, text in zip(texts, said, strict=True)
        ]
        await ask.answer(200, {"translations": rows})
