"""Providers that have no file of their own, and why: told at the end of ``providers.md``."""

from __future__ import annotations

_COMPATIBLE = "reached by a channel of `openai-compatible` with their address"

LEFT_OUT = (
    (
        "Anyscale, Lambda, kluster.ai, Lepton, Modal, Atlas Cloud, Apertis, Qiniu, Helicone, Eden AI",
        f"No quirk is known that would need a file: {_COMPATIBLE}.",
    ),
    (
        "Portkey",
        "It needs headers of its own beside the key, which could not be verified.",
    ),
    (
        "OhMyGPT, API2D, CloseAI, OpenAI-SB, OpenAI Max, AI Proxy and other resellers of One API's list",
        "They speak OpenAI's protocol: `openai` with their address. What is imported from One API keeps its address.",
    ),
)
