"""Azure OpenAI: deployments in the path and a dated api-version, or the v1 path with the deployment as the model.

Sources: the ``openai`` SDK (lib/azure.py) for paths and headers; One API (openai/adaptor.go) for its deployment names.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, quote, urlencode

from msgspec import structs

from sluice.base.formats import UNANSWERED, Format
from sluice.base.wire import Header
from sluice.catalog.abilities import family_of
from sluice.formats.codec import Abilities
from sluice.vendors.dialect import Call, ChannelSpec, Errand
from sluice.vendors.openai_like import OpenAiLike
from sluice.vendors.parts import authorization
from sluice.vendors.quirks import Globs
from sluice.vendors.schema import Vendor
from sluice.vendors.two_protocols import RESPONSES, TwoProtocols
from sluice.vendors.urls import Base, strip_endpoint, take_apart

DEFAULT_VERSION = "2024-10-21"
"""The newest dated version that is no preview; newer features need v1 or a preview."""
_V1_WORDS = frozenset({"v1", "preview", "latest"})
_DEPLOYMENT = re.compile(r"(.*)/openai/deployments(?:/[^/]+)?")
_FIRST_WITH_RESPONSES = "2025-03-01-preview"
_FIRST_WITH_STREAM_OPTIONS = "2024-09-01"  # [unverified]


class Resource(OpenAiLike):
    """One Azure resource. ``base_url`` may be the resource's address, ``.../openai``, ``.../openai/v1``, or a
    deployment's whole endpoint with its api-version. ``key`` may be ``key|api-version``."""

    def __init__(self, vendor: Vendor, spec: ChannelSpec) -> None:
        self.version = ""
        super().__init__(vendor, spec)
        self._keep_dots = self.options["deployment_dots"] == "keep"
        self._paths: dict[tuple[Format, str], bytes] = {}
        self._public: dict[str, str] = {}
        for model, deployment in spec.model_mapping.items():
            if family_of(self._public.get(deployment, "")) is None:  # of several names, one that tells the model
                self._public[deployment] = model
        if not self.is_v1:
            # Responses name their deployment in the body; where the dated version is too old for them, v1 has them.
            path, dated = vendor.paths[RESPONSES], self.version >= _FIRST_WITH_RESPONSES
            path = f"{path}?api-version={self.version}" if dated else f"/v1{path}"
            self._targets[RESPONSES] = (self.base.path + path).encode()
        if not self.is_v1 and self.version < _FIRST_WITH_STREAM_OPTIONS:
            self.quirks = structs.replace(self.quirks, no_stream_options=True)

    @property
    def is_v1(self) -> bool:
        """Whether requests take the v1 path."""
        return self.version in _V1_WORDS

    def find_base(self) -> Base:
        """``.../openai`` or ``.../openai/v1`` of the resource; finds the api-version on the way."""
        typed = take_apart(self.spec.base_url, self.vendor)
        path, _ = strip_endpoint(typed.path, self.vendor)
        pasted = parse_qs(typed.query).get("api-version", [""])[0]
        self.version = self.options["api_version"] or self.spec.key.partition("|")[2].strip() or pasted
        if path.endswith("/openai/v1"):
            self.version = "v1"
            path = path.removesuffix("/v1")
        self.version = self.version or DEFAULT_VERSION
        deployment = _DEPLOYMENT.fullmatch(path)
        root = deployment[1] if deployment else path.removesuffix("/openai")
        return Base(typed.origin, f"{root}/openai/v1" if self.is_v1 else f"{root}/openai")

    def deployment(self, model: str) -> str:
        """The deployment that serves a model: what the channel maps it to, else its own name."""
        if self._keep_dots or model in self.spec.model_mapping.values():
            return model
        return model.replace(".", "")

    def model_of(self, deployment: str) -> str:
        """The model a deployment is of, as far as its name or the channel's mapping tells."""
        return self._public.get(deployment, deployment) if family_of(deployment) is None else deployment

    def abilities(self, model: str) -> Abilities:
        """What requests translated for the model behind a deployment must mind."""
        return super().abilities(self.model_of(model))

    def target(self, fmt: Format, model: str) -> bytes:
        """The path of the deployment, or of v1."""
        if fmt in UNANSWERED:
            return (self.base.path + self.vendor.paths[fmt]).encode()
        if self.is_v1 or fmt is RESPONSES:
            return super().target(fmt, model)
        path = self._paths.get((fmt, model))
        if path is None:
            name = quote(self.deployment(model), safe="-._~")
            task = self.vendor.paths[fmt]
            path = f"{self.base.path}/deployments/{name}{task}?api-version={self.version}".encode()
            self._paths[(fmt, model)] = path
        return path

    def errand_target(self, errand: Errand) -> str:
        """What a resource keeps lies beside its deployments."""
        path = self.base.path + self.vendor.paths[errand.format] + errand.tail
        if self.is_v1:
            return path + errand.query
        return f"{path}{errand.query + '&' if errand.query else '?'}api-version={self.version}"

    def session_query(self, call: Call) -> str:
        """A session's deployment stands in the query of both forms of address."""
        name = self.deployment(call.upstream_model)
        if self.is_v1:
            return super().session_query(call if name == call.upstream_model else call.changed(upstream_model=name))
        return "?" + urlencode({"api-version": self.version, "deployment": name})

    def shape(self, members: dict[str, Any], call: Call) -> list[str]:
        """The deployment stands for the model."""
        name = self.deployment(call.upstream_model)
        return super().shape(members, call if name == call.upstream_model else call.changed(upstream_model=name))

    def authorization(self, credential: str) -> tuple[Header, ...]:
        """``api-key``, or a bearer token."""
        style = "bearer" if self.options["auth"] == "bearer" else "header:api-key"
        return authorization(style, credential.partition("|")[0])

    def models_target(self) -> bytes:
        """The models the resource may deploy: Azure lists no deployments to a key."""
        return f"{self.base.path}/models".encode() + (b"" if self.is_v1 else f"?api-version={self.version}".encode())


class Azure(TwoProtocols, Resource):
    """A channel at a resource. Not every region has Responses, so unless the channel's option says that this one has,
    only models go by it that answer nothing else."""

    plain = Resource

    def goes_by_responses(self, call: Call) -> bool:
        """By what the channel's option says of the resource."""
        wanted = self.options["responses"]
        if wanted == "always":
            return super().goes_by_responses(call)
        return wanted == "auto" and self.is_among(call.upstream_model, self.quirks.responses_only)

    def is_among(self, model: str, globs: Globs) -> bool:
        """Whether the model behind a deployment is one of these."""
        return super().is_among(model, globs) or super().is_among(self.model_of(model), globs)


bind = Azure
