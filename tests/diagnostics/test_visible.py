"""What may reach a terminal."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from turbo_yaml.diagnostics.visible import cells, one_line, printable


def test_text_for_a_terminal_keeps_lines_tabs_and_emoji() -> None:
    family = "👨\u200d👩\u200d👧"
    assert printable(f"a\tb\nc {family} é") == f"a\tb\nc {family} é"


def test_escape_sequences_and_direction_overrides_become_visible() -> None:
    assert printable("\x1b[2J\x9b1m\u202eabc\r\x00\x7f") == "\\x1b[2J\\x9b1m\\u202eabc\\r\\x00\\x7f"


def test_one_line_has_no_line_end() -> None:
    assert one_line("a\nb\r\tc\u2028d\u200b\U000e0041") == "a\\nb\\r\\tc\\u2028d\\u200b\\U000e0041"


@given(st.text())
def test_one_line_of_any_text_is_printable(text: str) -> None:
    assert not any(ord(char) < 32 or 127 <= ord(char) < 160 for char in one_line(text))
    assert len(one_line(text).splitlines()) <= 1


@given(st.text())
def test_every_character_has_a_cell(text: str) -> None:
    assert len(cells(text)) == len(text)
