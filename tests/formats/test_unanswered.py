"""Several results of one call become one."""

from __future__ import annotations

import pytest

from sluice.formats.canon import Text, ToolCall, ToolResult, Turn
from sluice.formats.unanswered import answered


@pytest.mark.parametrize("failed", [(True, False), (False, True), (False, False)])
def test_a_result_in_pieces_failed_if_one_of_them_did(failed: tuple[bool, bool]) -> None:
    call = Turn(role="assistant", parts=(ToolCall(id="c", name="f", arguments="{}"),))
    pieces = [ToolResult(call_id="c", parts=(Text(text=str(one)),), failed=one) for one in failed]
    told = answered([call, *[Turn(role="tool", parts=(piece,)) for piece in pieces]])
    [result] = [part for turn in told for part in turn.parts if isinstance(part, ToolResult)]
    assert [part.text for part in result.parts if isinstance(part, Text)] == [str(one) for one in failed]
    assert result.failed is any(failed)
