"""OpenAI itself. Other servers at an address of their own need not have Responses: for them it is asked for by the
channel's option."""

from __future__ import annotations

from sluice.vendors.dialect import Call, ChannelSpec
from sluice.vendors.schema import Vendor
from sluice.vendors.two_protocols import RESPONSES, TwoProtocols
from sluice.vendors.urls import resolve


class OpenAi(TwoProtocols):
    """A channel at OpenAI, or at somebody who offers the same."""

    def __init__(self, vendor: Vendor, spec: ChannelSpec) -> None:
        super().__init__(vendor, spec)
        wanted = self.options["responses"]
        own = any(resolve(url, vendor).origin == self.base.origin for url in vendor.base_urls)
        self._may = wanted == "always" or (wanted == "auto" and own)

    def goes_by_responses(self, call: Call) -> bool:
        """Clients of Responses are never translated; others are where the server is known to have it."""
        return call.format is RESPONSES or (self._may and self.needs_responses(call))


bind = OpenAi
