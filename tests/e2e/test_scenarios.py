"""What real clients do, scenario by scenario."""

from __future__ import annotations

import openai

from .gateways import Gateway


def test_f2_a_plain_answer_with_usage_is_charged_exactly(gateway: Gateway, client: openai.OpenAI) -> None:
    raw = client.chat.completions.with_raw_response.create(
        model="gpt-4o-mini", messages=[{"role": "user", "content": "one two three"}]
    )
    answer = raw.parse()
    assert answer.choices[0].message.content == "You said: one two three"
    assert answer.usage is not None
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (3, 5)
    row = gateway.settled(raw.headers["x-request-id"])
    assert row["charge_usd"] == "0.000013"
