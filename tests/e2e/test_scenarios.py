"""What real clients do, scenario by scenario."""

from __future__ import annotations

from .gateways import Gateway
from .sdks import Ask


def test_f2_a_plain_answer_with_usage_is_charged_exactly(gateway: Gateway, ask: Ask) -> None:
    answer = ask("chat", {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "one two three"}]})
    assert answer.text == "You said: one two three"
    assert answer.usage is not None
    assert (answer.usage["prompt_tokens"], answer.usage["completion_tokens"]) == (3, 5)
    assert gateway.settled(answer.request_id)["charge_usd"] == "0.000013"
