"""A key that a server says back in a reply is in no piece of it, wherever the pieces are cut."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.models.asking import KEY, Wire, request
from tests.server import Answer
from tests.server.answer import chunk
from turbo_yaml.wire.veil import Veil, is_worth_hiding

SECRET = "aab1aab1c"


@given(st.lists(st.sampled_from(["a", "b", "1", "c", "x", SECRET, SECRET[:-1], SECRET[1:]])), st.data())
def test_pieces_together_say_what_the_whole_says(parts: list[str], data: st.DataObject) -> None:
    text = "".join(parts)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=12)))
    veil = Veil(SECRET)
    pieces = veil.pieces()
    shown = [pieces.add(text[start:end]) for start, end in pairwise([0, *cuts, len(text)])]
    assert "".join([*shown, pieces.rest()]) == veil.over(text)
    assert SECRET not in veil.over(text)


@pytest.mark.parametrize("key", ["", "none", "EMPTY", "ollama", "lm-studio", "not-needed", "no-key-required"])
def test_the_words_that_local_servers_take_for_a_key_stay_in_texts(key: str) -> None:
    assert not is_worth_hiding(key)
    assert Veil(key).over(f"I run in {key} here.") == f"I run in {key} here."


def test_a_veil_does_not_print_what_it_hides() -> None:
    assert KEY not in repr(Veil(KEY)) + str(Veil(KEY))


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("cut", [1, 3, 7, 1000])
def test_no_reply_has_the_key_in_it(wire: Wire, streamed: bool, cut: int) -> None:
    result = wire.answered(Answer(f"You sent {KEY}, and {KEY[:9]}.", cut=cut), streamed)
    assert result.reply is not None
    assert result.reply.content == f"You sent ***, and {KEY[:9]}."
    assert result.text == (result.reply.content if streamed else "")


def events(cut: int) -> list[dict[str, Any]]:
    """Return a stream that says the key in its thoughts and to a tool, in parts."""
    parts = [KEY[:cut], KEY[cut:]]
    thoughts = [chunk({"reasoning_content": part}) for part in parts]
    arguments = ['{"a": "' + parts[0], parts[1] + '"}']
    called = [
        chunk({"tool_calls": [{"index": 0, "id": KEY, "function": {"name": "look", "arguments": part}}]})
        for part in arguments
    ]
    return [*thoughts, *called, chunk({}, None, "tool_calls")]


@pytest.mark.parametrize("cut", [1, 10, len(KEY) - 1])
def test_no_thought_and_no_call_of_a_tool_has_it(wire: Wire, cut: int) -> None:
    look = {"name": "look", "parameters": {"type": "object"}}
    result = wire.answered(Answer(events=events(cut)), True, request(tools=[look]))
    assert result.reply is not None
    (call,) = result.reply.tool_calls
    assert (call.id, call.arguments, result.reply.reasoning) == ("***", '{"a": "***"}', "***")
    assert "".join(delta.reasoning for delta in result.deltas) == "***"


def test_data_that_is_streamed_has_it_neither(wire: Wire) -> None:
    asked = request(output={"type": "object"})
    result = wire.answered(Answer('{"key": "' + KEY + '"}', cut=5), True, asked, structured="schema")
    assert result.reply is not None and result.reply.content == '{"key": "***"}'
    assert "".join(delta.text + delta.held for delta in result.deltas) == '{"key": "***"}'
