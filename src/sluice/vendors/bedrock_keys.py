"""Keys of AWS Bedrock: a pair that signs, or a bearer key; and the region, which stands in the key, an option or the
address."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from sluice.vendors.sigv4 import SigningKey
from sluice.vendors.unfit import Unfit

SERVICE = "bedrock"
_ACCESS = re.compile(r"A(?:KIA|SIA)[A-Z0-9]{4,}")
_REGION = re.compile(r"[a-z]{2,}(?:-[a-z]+)+-\d+")
_FORMS = "the key must be ACCESS|SECRET|REGION, ACCESS|SECRET|REGION|SESSION_TOKEN, or a Bedrock API key"
DEFAULT_REGION = "us-east-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class BedrockKey:
    """A key taken apart: ``bearer``, or ``access`` and ``secret`` (with ``token``, when it is temporary)."""

    bearer: str = field(default="", repr=False)
    access: str = ""
    secret: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    region: str = ""

    def signing(self, region: str, service: str = SERVICE) -> SigningKey | None:
        """What signs requests to a service; None for a bearer key."""
        if self.bearer:
            return None
        return SigningKey(access=self.access, secret=self.secret, token=self.token, region=region, service=service)


def read_key(key: str) -> BedrockKey:
    """Raises ValueError, without showing the key, when it has none of the forms."""
    parts = [part.strip() for part in key.strip().split("|")]
    if not all(parts):
        raise Unfit(_FORMS, "key")
    match parts:
        case [bearer] if not _ACCESS.fullmatch(bearer):
            return BedrockKey(bearer=bearer)
        case [access, secret] if _ACCESS.fullmatch(access):
            return BedrockKey(access=access, secret=secret)
        case [bearer, region] if _REGION.fullmatch(region):
            return BedrockKey(bearer=bearer, region=region)
        case [access, secret, region] if _REGION.fullmatch(region):
            return BedrockKey(access=access, secret=secret, region=region)
        case [access, secret, region, token] if _REGION.fullmatch(region):
            return BedrockKey(access=access, secret=secret, region=region, token=token)
        case _:
            raise Unfit(_FORMS, "key")


def region_in(host: str) -> str:
    """The region a host's name tells; "" for none."""
    return next((label for label in host.split(".") if _REGION.fullmatch(label)), "")
