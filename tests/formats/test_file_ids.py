"""The ids of files in bodies: found wherever an upstream would find them, and nowhere else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sluice.base.errors import GatewayError
from sluice.formats.file_ids import file_ids


@pytest.mark.parametrize(
    "body",
    [
        {"messages": [{"content": [{"type": "file", "file": {"file_id": "file-1"}}]}]},
        {"input": [{"content": [{"type": "input_image", "file_id": "file-1"}]}]},
        {"messages": [{"content": [{"type": "document", "source": {"type": "file", "file_id": "file-1"}}]}]},
        {"tools": [{"type": "code_interpreter", "container": {"type": "auto", "file_ids": ["file-1"]}}]},
        {"messages": [{"role": "system", "content": "fileid://file-1"}]},
    ],
)
@pytest.mark.parametrize("gaps", [None, (",", ":"), (" ,\n", " :\t")])
def test_what_an_upstream_finds(body: dict[str, Any], gaps: tuple[str, str] | None) -> None:
    assert file_ids(json.dumps(body, separators=gaps).encode()) == {"file-1"}


@pytest.mark.parametrize(
    "body",
    [
        rb'{"f\u0069le_id": "file-1"}',
        rb'{"\u0066\u0069\u006c\u0065\u005f\u0069\u0064": "file-1"}',
        rb'{"file\u005Fid": "file\u002d1"}',
        rb'{"\u0066ile_ids": ["f\u0069le-1"]}',
        rb'{"content": "fileid:\/\/file-1"}',
        rb'{"content": "\u0066ileid\u003a\u002f/file-1"}',
        rb'{"content": "fileid://f\u0069le\u002D1"}',
    ],
)
def test_letters_written_otherwise_are_the_same_letters(body: bytes) -> None:
    assert file_ids(body) == {"file-1"}


def test_every_one_counts() -> None:
    assert file_ids(b'{"file_id": "a", "file_id": "b", "x": {"file_ids": ["c", "d"]}}') == {"a", "b", "c", "d"}
    assert file_ids(b'{"content": "fileid://a,fileid://b"}') == {"a", "b"}


@pytest.mark.parametrize("other", ["]", "a]b", '"', '\\"]', "\\"])
def test_no_other_member_of_a_list_hides_one(other: str) -> None:
    assert "file-1" in file_ids(json.dumps({"file_ids": [other, "file-1"]}).encode())
    assert "file-1" in file_ids(json.dumps({"file_ids": [None, 3, other, "file-1"]}).encode())


@pytest.mark.parametrize("named", ['{"file_id": "file-%d"}', '{"file_ids": ["a", "file-%d"]}', '"fileid://file-%d"'])
def test_more_than_can_be_looked_at_is_refused(named: str) -> None:
    body = "[" + ", ".join([named % number for number in range(10_001)]) + "]"
    with pytest.raises(GatewayError, match="name files"):
        file_ids(body.encode())
    assert len(file_ids(b"[" + b",".join([b'{"file_id": "a"}'] * 10_000) + b"]")) == 1


@pytest.mark.parametrize(
    "body",
    [
        {"messages": [{"content": 'say {"file_id": "file-1"}'}]},
        {"tools": [{"parameters": {"properties": {"file_id": {"type": "string"}}}}]},
        {"messages": [{"content": "file_id: file-1, profile, \u00e9"}]},
        {"file_id": ""},
        {"file_id": "x" * 200},
        {"file_id": 3},
    ],
)
def test_what_names_none(body: dict[str, Any]) -> None:
    assert file_ids(json.dumps(body).encode()) == set()
