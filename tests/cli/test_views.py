"""What a terminal is shown of a run: pieces, results and questions, on the lines they belong to."""

from __future__ import annotations

import io
import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turbo_yaml.cli.conversation.output import to_json
from turbo_yaml.cli.conversation.views import Conversation, notice
from turbo_yaml.protocol import GetInput, Result
from turbo_yaml.runtime.events import DeltaEvent, LogEvent, RetryEvent, WarningEvent


class Screen(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def piece(text: str, *, forward: bool = True) -> DeltaEvent:
    return DeltaEvent(text=text, forward=forward)


@given(st.text(alphabet="ab\r\n\x1b\u202e"), st.lists(st.integers(0, 12)))
def test_a_streamed_reply_looks_the_same_however_it_is_cut(text: str, cuts: list[int]) -> None:
    whole, streamed = Screen(), Screen()
    Conversation(whole).result(Result(text))
    view = Conversation(streamed)
    places = sorted({0, len(text), *(cut for cut in cuts if cut < len(text))})
    for start, end in pairwise(places):
        view.hear(piece(text[start:end]))
    view.result(Result(text))
    assert streamed.getvalue() == whole.getvalue()
    assert not set(streamed.getvalue()) & {"\r", "\x1b", "\u202e"}


def test_pieces_of_a_reply_that_is_not_for_the_caller_are_not_shown() -> None:
    screen = Screen()
    view = Conversation(screen)
    view.hear(piece("secret", forward=False))
    view.result(Result("open"))
    assert screen.getvalue() == "open\n"


def test_a_notice_stands_on_a_line_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    screen = Screen()
    view = Conversation(screen)
    view.hear(piece("half a"))
    view.hear(RetryEvent(error="stream", message="it broke", attempt=1, wait=2.0))
    view.hear(piece("a whole reply"))
    view.result(Result("a whole reply"))
    assert screen.getvalue() == "half a\na whole reply\n"
    assert capsys.readouterr().err == "attempt 1 failed, another follows in 2.0 s: it broke\n"


def test_beside_standard_output_only_what_a_question_needs_is_shown() -> None:
    screen = Screen()
    view = Conversation(screen, held=True)
    view.result(Result("before"))
    assert screen.getvalue() == ""
    view.ask(GetInput("Which?", choices=("a", "b"), default="a"))
    assert screen.getvalue() == "before\nWhich?\n(a / b)\n[a]\n"
    view.result(Result("after"))
    view.ended()
    assert screen.getvalue().endswith("[a]\n")
    assert not view.has_shown("after")


def test_the_outcome_counts_as_shown_only_where_it_was_the_last() -> None:
    view = Conversation(Screen())
    view.result(Result({"a": 1}))
    assert view.has_shown({"a": 1})
    view.result(Result("later"))
    assert not view.has_shown({"a": 1})
    view.ask(GetInput("?"))
    assert not view.has_shown("later")


def test_every_notice_is_one_sentence() -> None:
    assert notice(LogEvent(message="here")) == "here"
    assert notice(WarningEvent(message="odd")) == "warning: odd"
    assert notice(piece("x")) is None


@given(st.text())
def test_json_has_nothing_that_a_terminal_obeys_and_says_the_same(text: str) -> None:
    drawn = to_json({"text": text})
    assert json.loads(drawn) == {"text": text}
    assert not any(
        ord(char) < 32 or 0x7F <= ord(char) < 0xA0 or 0xD800 <= ord(char) < 0xE000 for char in drawn
    )
    drawn.encode("utf-8")
