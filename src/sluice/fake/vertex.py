"""Vertex AI's wire: a token service that verifies what a service account signed, and three families of models."""

from __future__ import annotations

import base64
import json
import time
from urllib.parse import parse_qs, unquote

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from sluice.fake import anthropic, gemini, openai
from sluice.fake.content import Json, tokens_of, vector
from sluice.fake.http import Ask
from sluice.fake.vendors import Tokens

PUBLIC_KEY = b"""-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAvw8pnuwKWSU9yr1S9tyf
sgQb4sqtR/tQi4ZSUWXSKGpiHx7hhADs3ZLeaJm1tZHqEdo70rL539eIygO0j+u8
l8s40ajuRk2H/k53kdRFIDjYIzDYKnoXyXREMZIsxMUxrmRtFn+DGCAqSe1SfoGz
mekbjsoKMthnujt5LTmDddm5VNBBSGSeIhbXzVLldMUo4rB5OeznLCi/J1e9rRc0
s/2a8zPFW0kaq+86A7uzyDWgeLGeLD4MIwIqhZ1EzWpP34oy8BIMhC/5Jtfj9G8i
zgAi821WmrmnoDLzxCioRQ7qodQuoXW7v6a6aZv8B3s936O2ZjookoJSnN5+fhCk
AQIDAQAB
-----END PUBLIC KEY-----
"""
"""Of the one service account the fake knows; its private key is the tests'."""
_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_SCOPE = "https://www.googleapis.com/auth/cloud-platform"
_VERSIONS = {"vertex-2023-10-16": "2023-06-01", "2026-10-21": "2026-10-21"}


async def token(ask: Ask, tokens: Tokens) -> None:
    """Google's token service: sells access tokens for a JWT signed by the account, or for a refresh token."""
    form = {name: values[0] for name, values in parse_qs(ask.body.decode()).items()}
    if form.get("grant_type") == "refresh_token":
        wrong = "" if form.get("refresh_token") == "1//fake" else "Token has been expired or revoked."
    else:
        wrong = _wrong(form, ask)
    if wrong:
        await ask.answer(400, {"error": "invalid_grant", "error_description": wrong})
        return
    bought = tokens.issue("ya29", 3599).replace("24.", "ya29.", 1)
    tokens.live[bought] = time.monotonic() + 3599
    await ask.answer(200, {"access_token": bought, "expires_in": 3599, "token_type": "Bearer"})


def _wrong(form: dict[str, str], ask: Ask) -> str:
    """Why the service would refuse a JWT; "" when it would not."""
    if form.get("grant_type") != _GRANT:
        return "unsupported grant type"
    parts = form.get("assertion", "").split(".")
    if len(parts) != 3:
        return "Invalid JWT: it has three parts"
    head, claims = (json.loads(_decoded(part)) for part in parts[:2])
    if head.get("alg") != "RS256" or head.get("typ") != "JWT":
        return "Invalid JWT header"
    public = load_pem_public_key(PUBLIC_KEY)
    assert isinstance(public, RSAPublicKey)
    try:
        public.verify(_decoded(parts[2]), f"{parts[0]}.{parts[1]}".encode(), PKCS1v15(), SHA256())
    except InvalidSignature:
        return "Invalid JWT Signature."
    now = time.time()
    if not (claims["iat"] - 60 <= now < claims["exp"] <= claims["iat"] + 3600):
        return "Invalid JWT: it must be short-lived and of now"
    if not claims["aud"].endswith(ask.path) or _SCOPE not in claims["scope"].split():
        return "Invalid JWT: audience or scope"
    return "" if claims["iss"].endswith(".gserviceaccount.com") else "Invalid JWT: issuer"


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


async def serve(ask: Ask, tokens: Tokens) -> None:
    """A method of a model, or the list of models."""
    if not _known(ask, tokens):
        text = "Request had invalid authentication credentials."
        await ask.answer(401, gemini.error(text, "UNAUTHENTICATED", 401))
        return
    if ask.path == "/v1beta1/publishers/google/models":
        names = ("fake-chat", "gemini-3-fake", "gemini-embedding-001")
        listed = [{"name": f"publishers/google/models/{name}", "versionId": "1"} for name in names]
        await ask.answer(200, {"publisherModels": listed})
        return
    resource, _, method = ask.path.rpartition(":")
    model = unquote(resource.rsplit("/", 1)[-1])
    if ask.path.endswith("/endpoints/openapi/chat/completions"):
        await _open(ask)
    elif not _located(resource):
        await ask.answer(404, gemini.error("Requested entity was not found.", "NOT_FOUND", 404))
    elif "/publishers/anthropic/models/" in resource and method in ("rawPredict", "streamRawPredict"):
        await _claude(ask, model, streamed=method == "streamRawPredict")
    elif method == "predict":
        await _predict(ask)
    elif method == "embedContent":
        await _embed(ask)
    elif "/publishers/google/models/" in resource and gemini.speaks(ask.path):
        await _gemini(ask)
    else:
        await ask.answer(404, gemini.error("Requested entity was not found.", "NOT_FOUND", 404))


def _known(ask: Ask, tokens: Tokens) -> bool:
    if ask.headers.get("x-goog-api-key"):
        return "authorization" not in ask.headers
    return tokens.live.get(ask.key, 0) > time.monotonic()


def _located(resource: str) -> bool:
    """Whether project and location stand in the path, or an API key may do without them."""
    parts = resource.split("/")
    return resource.startswith("/v1/publishers/") or (parts[1:3] == ["v1", "projects"] and parts[4] == "locations")


async def _gemini(ask: Ask) -> None:
    if not all(content.get("role") for content in ask.json.get("contents") or []):
        await ask.answer(400, gemini.error("Please use a valid role: user, model."))
        return
    await gemini.serve(ask)


async def _claude(ask: Ask, model: str, *, streamed: bool) -> None:
    """Messages, whose model and version stand elsewhere."""
    version = _VERSIONS.get(ask.json.pop("anthropic_version", ""))
    if version is None or "model" in ask.json or bool(ask.json.get("stream")) is not streamed:
        await ask.answer(400, anthropic.error("anthropic_version: Field required; model: Extra inputs"))
        return
    ask.headers["anthropic-version"] = version
    ask.json["model"] = model
    await anthropic.messages(ask)


async def _open(ask: Ask) -> None:
    if "/" not in ask.json["model"]:
        await ask.answer(400, gemini.error("the model must be publisher/model"))
        return
    await openai.chat(ask)


def _row(text: str) -> Json:
    return {"values": vector(text, 8), "statistics": {"truncated": False, "token_count": float(tokens_of(text))}}


async def _predict(ask: Ask) -> None:
    """Embeddings by instances; Gemini's first embedding model takes one at a time."""
    instances = ask.json["instances"]
    if len(instances) > (1 if "gemini" in ask.path else 250):
        await ask.answer(400, gemini.error("too many instances in the request"))
        return
    rows = [{"embeddings": _row(instance["content"])} for instance in instances]
    await ask.answer(200, {"predictions": rows})


async def _embed(ask: Ask) -> None:
    text = " ".join(part["text"] for part in ask.json["content"]["parts"])
    usage = {"promptTokenCount": tokens_of(text)}
    await ask.answer(200, {"embedding": {"values": vector(text, 8)}, "usageMetadata": usage})
