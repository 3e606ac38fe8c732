"""Completions and chunks to replies."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.server.answer import chunk
from turbo_yaml.models.faults import Fault
from turbo_yaml.models.request import Delta, Reply
from turbo_yaml.models.wire.completion import Assembly, read_completion, read_usage
from turbo_yaml.protocol import ToolCall, Usage


def assembled(*deltas: dict[str, Any]) -> Reply:
    """Return the reply of a stream of these deltas."""
    assembly = Assembly()
    for delta in deltas:
        assembly.add(chunk(delta))
    return assembly.finish()


def calls(*pieces: dict[str, Any]) -> list[tuple[str, str]]:
    """Return name and arguments of the calls that these pieces make, each in a delta of its own."""
    reply = assembled(*({"tool_calls": [piece]} for piece in pieces))
    return [(call.name, call.arguments) for call in reply.tool_calls]


def piece(arguments: Any = None, **fields: Any) -> dict[str, Any]:
    """Return a piece of a tool call."""
    function = {"arguments": arguments} if arguments is not None else {}
    if "name" in fields:
        function["name"] = fields.pop("name")
    return {"function": function, **fields}


def test_a_whole_completion_is_read() -> None:
    reply = read_completion(
        {
            "model": "m-1",
            "choices": [
                {
                    "index": 0,
                    "finish_reason": "tool_calls",
                    "message": {
                        "content": "Let me look.",
                        "reasoning_content": "Hm.",
                        "tool_calls": [
                            {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}
                        ],
                    },
                }
            ],
            "usage": {"prompt_tokens": 3, "completion_tokens": 4},
        }
    )
    assert reply == Reply(
        content="Let me look.",
        reasoning="Hm.",
        tool_calls=(ToolCall("a", "f", "{}"),),
        usage=Usage(3, 4),
        finish_reason="tool_calls",
        model="m-1",
    )


def test_each_chunk_tells_what_it_adds() -> None:
    assembly = Assembly()
    assert assembly.add(chunk({"role": "assistant", "content": ""})) == Delta()
    assert assembly.add(chunk({"reasoning": "Hm"})) == Delta(reasoning="Hm")
    assert assembly.add(chunk({"content": "Yes"})) == Delta(text="Yes")
    assert assembly.finish_reason is None
    assembly.add(chunk({}, None, "length"))
    assembly.add({"choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 2}, "model": "other"})
    assert assembly.finish() == Reply("Yes", "Hm", (), Usage(1, 2), "length", "test")


@given(st.text(max_size=30), st.lists(st.integers(0, 60), max_size=6))
def test_arguments_cut_anywhere_are_put_together(value: str, places: list[int]) -> None:
    whole = json.dumps({"value": value})
    edges = [0, *sorted(place % (len(whole) + 1) for place in places), len(whole)]
    parts = [whole[start:end] for start, end in pairwise(edges)]
    first = {"index": 0, "id": "a", "name": "f"}
    expected = [("f", whole)]
    assert calls(piece("", **first), *(piece(part, index=0) for part in parts)) == expected
    assert calls(*(piece(part, **first) for part in parts)) == expected
    assert calls(piece("", id="a", name="f"), *(piece(part) for part in parts)) == expected
    assert calls(*(piece(part, index=0, name="f") for part in parts)) == expected
    changing = (piece(part, index=0, id=str(number), name="f") for number, part in enumerate(parts))
    if len(parts) == 1 or not _early_whole(parts):
        assert calls(*changing) == expected


def _early_whole(parts: list[str]) -> bool:
    """Tell whether some beginning of the parts, but not all, is JSON already."""
    return any("".join(parts[:count]).endswith("}") for count in range(1, len(parts)))


def test_calls_side_by_side_are_kept_apart() -> None:
    expected = [("f", '{"a":1}'), ("g", '{"b":2}')]
    assert (
        calls(
            piece('{"a"', index=0, id="1", name="f"),
            piece('{"b"', index=1, id="2", name="g"),
            piece(":1}", index=0),
            piece(":2}", index=1),
        )
        == expected
    )
    assert (
        calls(
            piece('{"a"', id="1", name="f"),
            piece('{"b"', id="2", name="g"),
            piece(":1}", id="1"),
            piece(":2}", id="2"),
        )
        == expected
    )


def test_calls_that_all_have_the_index_0_are_kept_apart() -> None:
    whole = [piece('{"a":1}', index=0, id="1", name="f"), piece('{"a":2}', index=0, id="2", name="f")]
    assert calls(*whole) == [("f", '{"a":1}'), ("f", '{"a":2}')]
    without_ids = [piece('{"a":1}', name="f"), piece('{"a":2}', name="f")]
    assert calls(*without_ids) == [("f", '{"a":1}'), ("f", '{"a":2}')]


def test_a_name_in_pieces_is_joined_and_a_name_that_is_repeated_is_not() -> None:
    assert calls(piece(name="get_", index=0), piece(name="user", index=0), piece("{}", index=0)) == [
        ("get_user", "{}")
    ]
    assert calls(piece(name="f", index=0), piece("{", name="f", index=0), piece("}", name="f", index=0)) == [
        ("f", "{}")
    ]


def test_a_call_without_an_id_gets_one_and_without_arguments_an_empty_object() -> None:
    reply = assembled({"tool_calls": [piece(name="f", index=0), piece(name="g", index=1)]})
    assert reply.tool_calls == (ToolCall("call_1", "f", "{}"), ToolCall("call_2", "g", "{}"))


def test_arguments_that_come_as_an_object_become_text() -> None:
    assert calls(piece({"a": "ü"}, name="f", index=0)) == [("f", '{"a":"ü"}')]


def test_content_in_parts_is_joined_and_its_thinking_kept_apart() -> None:
    parts = [
        {"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]},
        {"type": "text", "text": "Yes"},
        {"type": "text", "text": "!"},
    ]
    assert assembled({"content": parts}) == Reply("Yes!", "Hm.", model="test")


def test_only_the_first_choice_is_read() -> None:
    assembly = Assembly()
    other = {"index": 1, "delta": {"content": "B"}}
    assembly.add({"choices": [other, {"index": 0, "delta": {"content": "A"}}]})
    assembly.add({"choices": [other]})
    assert assembly.finish().content == "A"


def test_what_a_model_thought_is_counted_as_told_else_estimated_from_what_came() -> None:
    def used(told: Any, reasoning: str = "") -> Usage | None:
        usage = {"prompt_tokens": 3, "completion_tokens": 40, "completion_tokens_details": told}
        message = {"role": "assistant", "content": "x", "reasoning_content": reasoning}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        return read_completion({"choices": [choice], "usage": usage}).usage

    assert used({"reasoning_tokens": 30}) == Usage(3, 40, None, 30)
    assert used({"reasoning_tokens": 30}, "a" * 400) == Usage(3, 40, None, 30)
    assert used(None, "a" * 40) == Usage(3, 40, None, 10)
    assert used(None, "a" * 4000) == Usage(3, 40, None, 40)
    for odd in (None, {}, 7, {"reasoning_tokens": "30"}, {"reasoning_tokens": 41}, {"reasoning_tokens": -1}):
        assert used(odd) == Usage(3, 40)


@pytest.mark.parametrize("usage", [None, {}, "x", [], {"prompt_tokens": "3"}, {"prompt_tokens": True}])
def test_usage_that_tells_nothing_is_none(usage: Any) -> None:
    assert read_usage(usage) is None


# fmt: off
FIELDS = (
    "choices", "delta", "message", "content", "tool_calls", "function", "index", "id", "name", "arguments",
    "usage", "error", "finish_reason", "refusal", "reasoning", "model", "code",
)
# fmt: on
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(FIELDS),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(json_values)
def test_any_json_is_a_reply_or_a_fault(data: Any) -> None:
    for shaped in (data, {"choices": [data]}, {"choices": [{"message": data, "delta": data}]}):
        try:
            reply = read_completion(shaped)
        except Fault:
            pass
        else:
            assert isinstance(reply.content, str)
        assembly = Assembly()
        try:
            assembly.add(shaped)
            reply = assembly.finish()
        except Fault:
            continue
        assert all(isinstance(call.arguments, str) for call in reply.tool_calls)


@pytest.mark.parametrize("place", [{}, {"index": 0}, {"id": "new"}])
def test_looking_for_the_call_of_a_piece_counts_as_much_as_it_costs(place: dict[str, Any]) -> None:
    piece = {"name": "f", "arguments": "[1,"}

    def size(pieces: int) -> int:
        assembly = Assembly()
        for number in range(pieces):
            at = {"id": f"call {number}"} if "id" in place else place
            assembly.add({"choices": [{"delta": {"tool_calls": [{**at, "function": piece}]}}]})
        return assembly.size

    few, many = size(300), size(3000)
    looked_at = many - 10 * few
    assert (looked_at > 100_000) == (place != {"index": 0})
