"""Every known hazard of converting between protocols has a test that bears its number."""

from __future__ import annotations

import ast
import re

from source import modules

HAZARDS = (
    "tool_call_ids", "parallel_tool_results_ordering", "thinking_blocks_and_signatures",
    "reasoning_replay_rules_differ", "think_inline", "cache_control", "system_role_positions", "alternation",
    "empty_content", "assistant_prefill", "multi_modal_tool_results", "documents", "images", "stop_sequences",
    "n_above_1", "logprobs", "usage_when_streaming", "chunk_hygiene", "arguments_string_vs_object", "refusals",
    "citations", "structured_output", "tool_schema_cleaning", "tool_choice", "built_in_tools", "max_tokens",
    "temperature_ranges", "metadata_and_user", "service_tier", "legacy_completions", "responses_over_chat",
    "messages_over_chat", "gemini_client_over_chat", "model_name_in_answers", "headers", "failover_after_first_byte",
    "client_disconnect", "200_with_an_error_body", "numbers_and_unicode", "unknown_fields",
)  # fmt: skip
"""What conversions lose or get wrong, in the order of the list they are numbered by, from 1."""

_NAME = re.compile(r"test_hazard_(\d\d)_(\w+)")


def test_every_hazard_has_its_test() -> None:
    """Named by its number and title; further tests of the same hazard may have names of their own."""
    found: dict[int, set[str]] = {}
    for module in modules("tests"):
        for node in ast.walk(module.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (told := _NAME.fullmatch(node.name)):
                found.setdefault(int(told[1]), set()).add(told[2])
    assert sorted(found) == list(range(1, len(HAZARDS) + 1))
    assert [title for number, title in enumerate(HAZARDS, 1) if title not in found[number]] == []
